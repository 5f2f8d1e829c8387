-- AlterTable
ALTER TABLE "consent" ADD COLUMN     "left_out" JSONB NOT NULL DEFAULT '[]';

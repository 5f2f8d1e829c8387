-- AlterTable
ALTER TABLE "log_file" ADD COLUMN     "unreadable_since" TIMESTAMPTZ(3);

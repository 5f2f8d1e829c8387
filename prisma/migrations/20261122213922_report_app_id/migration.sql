-- AlterTable
ALTER TABLE "report" ADD COLUMN     "app_report_id" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "report_user_id_app_report_id_key" ON "report"("user_id", "app_report_id");

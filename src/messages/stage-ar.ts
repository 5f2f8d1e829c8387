import type { StageTexts } from "./stage-en.ts";

/** Arabic, to check the layout from right to left: what is not here is said in English. */
export const STAGE_AR: Partial<StageTexts> = {
  "stage.title": "بيكون، الرحلة كاملة",
  "stage.console": "وحدة تحكم الدعم",
  "stage.phone": "هاتف {person}",
  "stage.steps": "ما يحدث خلف الكواليس، خطوة بخطوة",
  "play.start": "شغّلها لي",
  "play.pause": "إيقاف مؤقت",
  "play.continue": "متابعة",
  "play.restart": "تشغيل مرة أخرى",
  "play.pace": "السرعة",
  "play.idle": "لا شيء قيد التشغيل. جرّبها بنفسك أو دعها تعمل.",
  "step.1": "أليكس يطلب",
  "step.2": "الإشعار ينطلق",
  "step.3": "الهاتف يعرضه",
  "step.4": "{person} تقرر",
  "step.5": "الملفات تسافر",
  "step.6": "فحص كل ملف",
  "step.7": "أليكس يقرأ",
  "step.8": "تم السحب",
  "step.waiting": "ليس بعد",
};

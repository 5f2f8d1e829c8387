/** Where in the storage is noted that a test push arrived, by its id: whether the app says that it was shown. */
export const TEST = "beckon/test/";

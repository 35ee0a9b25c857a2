/** The time zone of the platform's schedules: GMT+9, without clock changes. */
export const SCP_ZONE = "Asia/Seoul";

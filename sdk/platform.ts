/** A platform that this package speaks to. */
export type Platform = "virtus" | "dscloud" | "discloud" | "snapshooter" | "scp";

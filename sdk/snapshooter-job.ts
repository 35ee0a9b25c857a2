import type * as pulumi from "@pulumi/pulumi";

/** A SnapShooter backup job, in the API's own field names. Source: https://snapshooter.com/api/jobs */
export interface SnapshooterJob {
  /** No other job of the account may have it: nothing else tells whether one was made. */
  name: pulumi.Input<string>;
  /** What kind of backup it is: one of SnapShooter's backup solutions. */
  recipeId: pulumi.Input<number>;
  /** The recipe's fields, such as `root_path`. */
  config: pulumi.Input<Record<string, unknown>>;
  /** Where it runs, such as `{ type: "server", server_id: 9362 }`. */
  compute: pulumi.Input<Record<string, unknown>>;
  /** Where backups go. */
  storage: pulumi.Input<Record<string, unknown>>;
  /** The id of the encryption key that backups are encrypted with. */
  encryptionKeyId?: pulumi.Input<string>;
  /** The id of the proxy that it runs through. */
  proxyId?: pulumi.Input<number>;
}

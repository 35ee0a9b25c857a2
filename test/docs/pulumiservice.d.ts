// Parts of @pulumi/pulumiservice that docs/fleet.md uses, from its documents and the types of its version 1.3.0:
// https://www.pulumi.com/registry/packages/pulumiservice/api-docs/deploymentsettings/ and …/deploymentschedule/
import * as pulumi from "@pulumi/pulumi";

interface StackArgs {
  organization: pulumi.Input<string>;
  project: pulumi.Input<string>;
  stack: pulumi.Input<string>;
}

export interface DeploymentSettingsArgs extends StackArgs {
  sourceContext?: pulumi.Input<{
    git?: pulumi.Input<{
      repoUrl?: pulumi.Input<string>;
      branch?: pulumi.Input<string>;
      repoDir?: pulumi.Input<string>;
    }>;
  }>;
  operationContext?: pulumi.Input<{ environmentVariables?: pulumi.Input<Record<string, pulumi.Input<string>>> }>;
}

export declare class DeploymentSettings extends pulumi.CustomResource {
  constructor(name: string, args: DeploymentSettingsArgs, opts?: pulumi.CustomResourceOptions);
}

export interface DeploymentScheduleArgs extends StackArgs {
  pulumiOperation: pulumi.Input<"update" | "preview" | "destroy" | "refresh">;
  /** Alternative to `timestamp`. */
  scheduleCron?: pulumi.Input<string>;
  timestamp?: pulumi.Input<string>;
}

export declare class DeploymentSchedule extends pulumi.CustomResource {
  constructor(name: string, args: DeploymentScheduleArgs, opts?: pulumi.CustomResourceOptions);
}

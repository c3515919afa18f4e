import type { Component } from "svelte";

export interface MenuItem {
  label: string;
  detail?: string;
  icon?: Component<{ size?: number; strokeWidth?: number; "aria-hidden"?: "true" }>;
  danger?: boolean;
  act: () => void;
}

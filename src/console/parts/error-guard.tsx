import { Component } from "react";

interface GuardProps {
  readonly children: React.ReactNode;
  readonly fallback: (error: unknown) => React.ReactNode;
}

/** What breaks inside, or whose code could not be fetched (a newer version was put in place), leaves the rest standing. */
export class ErrorGuard extends Component<GuardProps, { readonly error?: unknown }> {
  override state: { readonly error?: unknown } = {};

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): React.ReactNode {
    return "error" in this.state ? this.props.fallback(this.state.error) : this.props.children;
  }
}

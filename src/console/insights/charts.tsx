import { tokens } from "@fluentui/react-components";
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { Insights } from "#console/api/shapes.ts";

const TEXT = { fill: tokens.colorNeutralForeground2, fontSize: 12 };
const TOOLTIP = {
  backgroundColor: tokens.colorNeutralBackground1,
  border: `1px solid ${tokens.colorNeutralStroke1}`,
  color: tokens.colorNeutralForeground1,
};
// The table beside each chart says the same; the picture is not read out a second time.
const HIDDEN = { "aria-hidden": true } as const;
const hasMotion = !matchMedia("(prefers-reduced-motion: reduce)").matches;

export function FunnelChart({
  steps,
}: {
  readonly steps: readonly { readonly name: string; readonly count: number }[];
}) {
  return (
    <div {...HIDDEN}>
      <ResponsiveContainer width="100%" height={260}>
        <BarChart data={[...steps]} layout="vertical" margin={{ left: 8, right: 24 }} accessibilityLayer={false}>
          <XAxis type="number" allowDecimals={false} tick={TEXT} stroke={tokens.colorNeutralStroke1} />
          <YAxis type="category" dataKey="name" width={110} tick={TEXT} stroke={tokens.colorNeutralStroke1} />
          <Tooltip contentStyle={TOOLTIP} cursor={{ fill: tokens.colorSubtleBackgroundHover }} />
          <Bar dataKey="count" fill={tokens.colorCompoundBrandBackground} radius={4} isAnimationActive={hasMotion} />
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}

interface DaysProps {
  readonly days: Insights["days"];
  readonly names: { readonly asked: string; readonly shared: string; readonly declined: string };
}

export function DaysChart({ days, names }: DaysProps) {
  return (
    <div {...HIDDEN}>
      <ResponsiveContainer width="100%" height={260}>
        <BarChart data={[...days]} margin={{ left: -16, right: 8 }} accessibilityLayer={false}>
          <CartesianGrid stroke={tokens.colorNeutralStroke3} vertical={false} />
          <XAxis
            dataKey="day"
            tick={TEXT}
            stroke={tokens.colorNeutralStroke1}
            tickFormatter={(day: string) => day.slice(5)}
          />
          <YAxis allowDecimals={false} tick={TEXT} stroke={tokens.colorNeutralStroke1} />
          <Tooltip contentStyle={TOOLTIP} cursor={{ fill: tokens.colorSubtleBackgroundHover }} />
          <Bar
            dataKey="asked"
            name={names.asked}
            fill={tokens.colorNeutralStrokeAccessible}
            isAnimationActive={hasMotion}
          />
          <Bar
            dataKey="shared"
            name={names.shared}
            fill={tokens.colorCompoundBrandBackground}
            isAnimationActive={hasMotion}
          />
          <Bar
            dataKey="declined"
            name={names.declined}
            fill={tokens.colorPaletteMarigoldBorderActive}
            isAnimationActive={hasMotion}
          />
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}

import { makeStyles, tokens } from "@fluentui/react-components";
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { Insights } from "#console/api/shapes.ts";

const ASKED = tokens.colorNeutralStrokeAccessible;
const SHARED = tokens.colorCompoundBrandBackground;
const DECLINED = tokens.colorPaletteMarigoldBorderActive;
const MOST_BAR_PX = 36;

const useStyles = makeStyles({
  legend: { display: "flex", flexWrap: "wrap", gap: "4px 16px", listStyleType: "none", margin: "8px 0 0", padding: 0 },
  entry: { display: "flex", alignItems: "center", gap: "6px", fontSize: tokens.fontSizeBase200 },
  patch: { width: "12px", height: "12px", borderRadius: "3px", forcedColorAdjust: "none" },
});

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
  const styles = useStyles();
  const series = [
    ["asked", names.asked, ASKED],
    ["shared", names.shared, SHARED],
    ["declined", names.declined, DECLINED],
  ] as const;
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
          {series.map(([key, name, colour]) => (
            <Bar
              key={key}
              dataKey={key}
              name={name}
              fill={colour}
              radius={[3, 3, 0, 0]}
              maxBarSize={MOST_BAR_PX}
              isAnimationActive={hasMotion}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
      <ul className={styles.legend}>
        {series.map(([key, name, colour]) => (
          <li key={key} className={styles.entry}>
            <span className={styles.patch} style={{ backgroundColor: colour }} />
            {name}
          </li>
        ))}
      </ul>
    </div>
  );
}

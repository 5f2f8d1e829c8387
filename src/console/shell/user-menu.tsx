import {
  Avatar,
  Button,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemCheckbox,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from "@fluentui/react-components";
import { PersonRegular } from "@fluentui/react-icons/svg/person";
import { SignOutRegular } from "@fluentui/react-icons/svg/sign-out";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { fetchApi } from "#console/api/call-api.ts";
import type { Me } from "#console/api/shapes.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { useStore } from "#console/parts/create-store.ts";
import { describeError } from "#console/parts/problem-words.ts";
import { preferences, type Language, type ThemeChoice } from "./preferences.ts";
import { languageOf } from "#console/i18n/start-i18n.ts";
import { useNotify } from "./use-notify.tsx";

const THEMES: readonly ThemeChoice[] = ["system", "light", "dark", "contrast"];
const LANGUAGES: readonly [Language, string][] = [
  ["en", "English"],
  ["de", "Deutsch"],
  ["ar", "العربية"],
];

async function askForNotices(): Promise<boolean> {
  return "Notification" in globalThis && (await Notification.requestPermission()) === "granted";
}

const SIGNED_OUT = "beckon.signedOutAt";

/** Who is signed in, and what they chose for themselves. */
export function UserMenu({ me }: { readonly me: Me }) {
  const { t } = useT();
  const client = useQueryClient();
  const chosen = useStore(preferences);
  const name = me.name ?? me.id;
  const notify = useNotify();
  useEffect(() => {
    // Who signs out on one tab leaves nothing to be read on the others.
    const follow = ({ key }: StorageEvent) => key === SIGNED_OUT && location.reload();
    addEventListener("storage", follow);
    return () => removeEventListener("storage", follow);
  }, []);
  const signOut = async () => {
    try {
      await fetchApi("POST", "/auth/sign-out");
    } catch (error) {
      return notify(describeError(error, t), "error");
    }
    localStorage.setItem(SIGNED_OUT, new Date().toISOString());
    client.clear();
    location.assign("/");
  };
  const choose = (checked: string[]) => {
    const notices = checked.includes("notices");
    preferences.set((before) => ({ ...before, singleKeys: checked.includes("singleKeys"), notices }));
    if (notices && !chosen.notices) {
      void askForNotices().then((isAllowed) => preferences.set((before) => ({ ...before, notices: isAllowed })));
    }
  };
  return (
    <Menu
      checkedValues={{
        theme: [chosen.theme],
        language: [languageOf()],
        more: [...(chosen.singleKeys ? ["singleKeys"] : []), ...(chosen.notices ? ["notices"] : [])],
      }}
      onCheckedValueChange={(_, { name: group, checkedItems }) => {
        if (group === "theme") preferences.set((before) => ({ ...before, theme: checkedItems[0] as ThemeChoice }));
        else if (group === "language")
          preferences.set((before) => ({ ...before, language: checkedItems[0] as Language }));
        else choose(checkedItems);
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="transparent"
          aria-label={t("menu.label", { name })}
          icon={<Avatar icon={<PersonRegular />} size={28} color="brand" aria-hidden />}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>
              {name} · {me.roles.map((role) => t(`role.${role}` as MessageKey)).join(", ")}
            </MenuGroupHeader>
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t("menu.theme")}</MenuGroupHeader>
            {THEMES.map((theme) => (
              <MenuItemRadio key={theme} name="theme" value={theme}>
                {t(`menu.theme.${theme}` as MessageKey)}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t("menu.language")}</MenuGroupHeader>
            {LANGUAGES.map(([language, ownName]) => (
              <MenuItemRadio key={language} name="language" value={language}>
                <span lang={language}>{ownName}</span>
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuItemCheckbox name="more" value="singleKeys">
            {t("menu.singleKeys")}
          </MenuItemCheckbox>
          <MenuItemCheckbox name="more" value="notices">
            {t("menu.notices")}
          </MenuItemCheckbox>
          <MenuDivider />
          <MenuItem icon={<SignOutRegular />} onClick={() => void signOut()}>
            {t("menu.signOut")}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

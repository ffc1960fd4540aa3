#!/usr/bin/env bash
# The browser that the page tests drive: Debian's Chromium, with a font that has Chinese characters.
# As root on Debian it is installed when absent; an ordinary user is told the command.
set -euo pipefail

if command -v chromium >/dev/null && fc-list ':lang=zh' 2>/dev/null | grep -q .; then
  exit 0
fi
packages=(chromium fonts-wqy-zenhei fontconfig)
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "outfall: [browser_missing] The browser tests need Chromium and a Chinese font: sudo apt-get install ${packages[*]}" >&2
  exit 3
fi
echo "Outfall: installing Chromium for the browser tests ..."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for try in 1 2; do
  if { [ "$try" -eq 1 ] || apt-get update; } >"$log" 2>&1 \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}" >>"$log" 2>&1; then
    exit 0
  fi
done
tail -5 "$log" >&2
echo "outfall: [browser_missing] Chromium could not be installed; the lines above say why." >&2
exit 3

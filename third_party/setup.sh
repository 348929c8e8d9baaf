# Sourced by ./run and ./test. set_up LIST...: makes sure that the Debian packages of these lists are installed.
set_up() {
  local lists=() wanted missing
  for list in "$@"; do lists+=("third_party/packages-$list.txt"); done
  wanted=$(cat "${lists[@]}")
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is no Debian system: install the equivalents of these packages yourself:" $wanted >&2
    return 0
  fi
  # shellcheck disable=SC2086
  missing=$(comm -13 <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^ii  *//p' | sort -u) \
                     <(sort -u <<<"$wanted"))
  [ -z "$missing" ] && return 0
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null || { [ ! -t 0 ] && ! sudo -n true 2>/dev/null; }; then
      echo "Missing packages, and no right to install them. As root: apt-get install" $missing >&2
      return 1
    fi
    root=(sudo)
  fi
  echo "Installing:" $missing >&2
  # shellcheck disable=SC2086
  "${root[@]}" apt-get update -qq &&
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2 || {
    echo "Could not install:" $missing >&2
    return 1
  }
}

# build PRESET [TARGET...]: configures once and builds; quick when nothing changed. Options for the first configuration
# come from the array `configure_options`.
build() {
  local preset=$1
  shift
  if [ ! -f "build/$preset/build.ninja" ]; then
    cmake --preset "$preset" "${configure_options[@]}" >"build/$preset.log" 2>&1 || {
      cat "build/$preset.log" >&2
      return 1
    }
  fi
  cmake --build --preset "$preset" ${1:+--target "$@"} >&2
}

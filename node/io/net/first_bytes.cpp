#include "node/io/net/first_bytes.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace freshet::io {
namespace {

struct Known {
  std::string_view opening;
  Opening kind;
};
constexpr std::array<Known, 6> kKnown = {{
    {"\x16\x03", Opening::tls},
    {"\x13"
     "BitTorrent protocol",
     Opening::bittorrent},
    {"GET ", Opening::http},
    {"HEAD ", Opening::http},
    {"POST ", Opening::http},
    {"OPTIONS ", Opening::http},
}};

}  // namespace

Opening classify(ByteView first) {
  const std::string_view text = text_of(first);
  bool may_become = text.empty();
  for (const Known& known : kKnown) {
    if (text.starts_with(known.opening)) return known.kind;
    may_become = may_become || known.opening.starts_with(text);
  }
  return may_become ? Opening::undecided : Opening::unknown;
}

}  // namespace freshet::io

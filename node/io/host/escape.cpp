#include "node/io/host/escape.h"

#include "node/base/bytes.h"

namespace freshet::io {

std::string escaped(std::string_view bytes, std::size_t most) {
  std::string text;
  for (const char c : bytes.substr(0, most)) {
    const auto byte = static_cast<Byte>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '\\') {
      text.push_back(c);
    } else {
      text += "\\x" + to_hex({&byte, 1});
    }
  }
  return text;
}

}  // namespace freshet::io

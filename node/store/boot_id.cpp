#include "node/store/boot_id.h"

#include <fcntl.h>

#include "node/store/file_io.h"

namespace freshet::store {

BootId current_boot() {
  constexpr const char* kFile = "/proc/sys/kernel/random/boot_id";
  const UniqueFd fd(::open(kFile, O_RDONLY | O_CLOEXEC));
  std::array<Byte, 64> text{};  // a UUID: 32 digits, four dashes
  const auto length =
      fd ? read_some_at(fd.get(), 0, text, kFile) : Result<std::size_t>(std::size_t{0});
  std::string digits;
  for (const char c : text_of(ByteView(text).first(length ? *length : 0))) {
    if (c != '-' && c != '\n') digits += c;
  }
  return BootId::from_hex(digits).value_or(BootId{});
}

}  // namespace freshet::store

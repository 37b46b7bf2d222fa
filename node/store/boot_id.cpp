#include "node/store/boot_id.h"

#include <fcntl.h>

#include "node/store/file_io.h"

namespace freshet::store {

namespace {

constexpr const char* kBootFile = "/proc/sys/kernel/random/boot_id";

}  // namespace

BootId current_boot() {
  const UniqueFd fd(::open(kBootFile, O_RDONLY | O_CLOEXEC));
  std::array<Byte, 64> text{};  // a UUID: 32 digits, four dashes
  const auto length =
      fd ? read_some_at(fd.get(), 0, text, kBootFile) : Result<std::size_t>(std::size_t{0});
  std::string digits;
  for (const char c : text_of(ByteView(text).first(length ? *length : 0))) {
    if (c != '-' && c != '\n') digits += c;
  }
  return BootId::from_hex(digits).value_or(BootId{});
}

}  // namespace freshet::store

#include "node/cli/to_stdout.h"

#include <algorithm>
#include <array>
#include <span>

#include <fcntl.h>

#include "node/cli/output.h"
#include "node/store/file_io.h"

namespace freshet::cli {

ToStdout::ToStdout(Output& output, const std::optional<api::ByteRange>& range)
    : output_(output),
      written_(range ? range->offset : 0) {
  if (range && range->length) end_ = range->offset + *range->length;
}

void ToStdout::advance(const std::string& path, std::uint64_t end) {
  if (!file_) {
    file_ = store::UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file_) open_error_ = errno;
  }
  end = std::min(end, end_);
  // Exactly what is ready: a buffer would hold bytes from before they were written.
  std::array<Byte, 65536> chunk{};
  while (file_ && written_ < end) {
    const auto wanted = std::min<std::uint64_t>(chunk.size(), end - written_);
    const auto got = store::read_some_at(
        file_.get(), written_, std::span(chunk).first(static_cast<std::size_t>(wanted)), path);
    if (!got || *got == 0) break;
    output_.raw(text_of(ByteView(chunk).first(*got)));
    written_ += *got;
  }
  output_.flush();
}

Status ToStdout::finish(const std::string& path, std::uint64_t size) {
  advance(path, size);
  if (written_ < std::min(size, end_)) return Error{ErrorCode::io, "cannot read " + path};
  return kOk;
}

}  // namespace freshet::cli

#include "node/store/hasher.h"

#include "node/base/check.h"
#include "node/store/shared_file.h"
#include "node/wire/bt/merkle.h"

namespace freshet::store {

namespace {

constexpr std::size_t kHashReadBytes = 1U << 20U;

}  // namespace

Result<ContentInfo> hash_file(const FileRef& file,
                              const std::stop_token& stop,
                              const std::function<void(std::size_t)>& progress) {
  const std::uint64_t size = file.stamp.size_bytes;
  if (size > wire::bt::kMaxContentBytes) {
    return Error{ErrorCode::invalid,
                 file.absolute() + " is longer than 4 TiB and cannot be shared; split it"};
  }
  wire::bt::TreeBuilder builder(size);
  const Status read = read_whole_file(file, kHashReadBytes, stop, [&](ByteView bytes) {
    builder.feed(bytes);
    if (progress) progress(bytes.size());
  });
  if (!read) return read.error();
  auto tree = builder.finish();
  FRESHET_CHECK(tree);  // all of it was fed
  return ContentInfo{tree->root, size, std::move(tree->piece_layer)};
}

}  // namespace freshet::store

#include "node/io/host/shared_content.h"

#include "node/store/layer_hashes.h"

namespace freshet::io {

Status read_shared(store::FileSource& source,
                   const SharedContent& shared,
                   std::uint64_t offset,
                   std::span<Byte> out) {
  if (shared.parts) return store::read_parts(source, *shared.parts, offset, out);
  Status read = Error{.code = ErrorCode::not_found, .message = "no file has this content"};
  for (const store::FileRef& file : shared.files) {
    read = source.read(file, offset, out);
    if (read) return read;
  }
  return read;
}

Result<std::vector<Sha256>> hashes_of_shared(store::FileSource& source,
                                             const SharedContent& shared,
                                             const wire::bt::HashRequest& request) {
  return store::layer_hashes(shared.info, request, [&](std::uint64_t offset, std::span<Byte> out) {
    return read_shared(source, shared, offset, out);
  });
}

}  // namespace freshet::io

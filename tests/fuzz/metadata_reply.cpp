// What the process that reads metadata answers: files may have taken it over. The same body comes
// in hits and lies in the catalogue.
#include <cstdlib>

#include "node/store/metadata_worker.h"
#include "node/wire/overlay/utf8.h"

namespace {

void check_text(const std::string& text) {
  if (text.size() > freshet::wire::kMaxMetadataTextBytes || !freshet::wire::is_utf8(text))
    std::abort();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const freshet::ByteView input(data, size);
  if (const auto metadata = freshet::store::parse_metadata_reply(input)) {
    check_text(metadata->artist);
    check_text(metadata->title);
    check_text(metadata->album);
    const freshet::Bytes again = freshet::wire::encode(*metadata);
    if (again.size() > freshet::wire::kMaxMetadataBytes) std::abort();
    if (freshet::wire::decode_file_metadata(again) != metadata) std::abort();
  }
  check_text(freshet::wire::metadata_text(freshet::text_of(input)));
  return 0;
}

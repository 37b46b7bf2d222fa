// What one node says to another about a torrent: the question, the answer, and the signed record.
#include "node/wire/overlay/publication.h"

#include "node/base/check.h"

namespace freshet::wire {
namespace {

bool is_within(ByteView part, ByteView whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void decode_record(ByteView input) {
  const auto read = decode_signed_publication(input);
  if (!read) return;
  FRESHET_CHECK(is_within(read->record_bytes, input) && is_within(read->signature, input));
  FRESHET_CHECK(is_within(read->record.info, read->record_bytes) && !read->record.info.empty());
  FRESHET_CHECK(read->signature.size() == 64);
  const Bytes record = encode_publication(read->record);
  const Bytes whole = encode_signed_publication(record, read->signature);
  const auto again = decode_signed_publication(whole);
  FRESHET_CHECK(again && again->record.publisher == read->record.publisher
                && again->record.content == read->record.content
                && again->record.info_hash == read->record.info_hash
                && again->record.info.size() == read->record.info.size());
}

void decode_talk(ByteView input) {
  if (const auto ask = decode_torrent_ask(input)) {
    const auto again = decode_torrent_ask(encode(*ask));
    FRESHET_CHECK(again && again->content == ask->content && again->info_hash == ask->info_hash);
  }
  if (const auto answer = decode_torrent_answer(input))
    FRESHET_CHECK(decode_torrent_answer(encode(*answer)) == answer);
}

}  // namespace
}  // namespace freshet::wire

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  freshet::wire::decode_record({data, size});
  freshet::wire::decode_talk({data, size});
  return 0;
}

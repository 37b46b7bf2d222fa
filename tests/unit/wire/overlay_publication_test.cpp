#include <doctest/doctest.h>

#include "node/wire/overlay/frame.h"
#include "node/wire/overlay/publication.h"
#include "tests/unit/wire/raw_message.h"

namespace freshet::wire {
namespace {

const Bytes kInfo = {'d', '4', ':', 'n', 'a', 'm', 'e', '1', ':', 'a', 'e'};

Publication publication_of(ByteView info) {
  Publication record;
  record.publisher.bytes.fill(1);
  record.content.bytes.fill(2);
  record.info_hash.bytes.fill(3);
  record.info = info;
  return record;
}

Bytes signed_record(ByteView record, std::size_t signature_bytes = 64) {
  return encode_signed_publication(record, Bytes(signature_bytes, 9));
}

// A record with these fields, and nothing else wrong with it.
bool is_taken(std::size_t publisher, std::size_t content, std::size_t name, std::size_t info) {
  const Bytes record = RawMessage()
                           .message(1, Bytes(publisher, 1))
                           .message(2, Bytes(content, 2))
                           .message(3, Bytes(name, 3))
                           .message(4, Bytes(info, 4))
                           .bytes();
  return decode_signed_publication(signed_record(record)).has_value();
}

}  // namespace

TEST_CASE("a publication record comes back with what was signed, byte for byte") {
  const Bytes record = encode_publication(publication_of(kInfo));
  const Bytes whole = signed_record(record);
  const auto read = decode_signed_publication(whole);
  REQUIRE(read);
  CHECK(read->record.publisher == publication_of(kInfo).publisher);
  CHECK(read->record.content == publication_of(kInfo).content);
  CHECK(read->record.info_hash == publication_of(kInfo).info_hash);
  CHECK(Bytes(read->record.info.begin(), read->record.info.end()) == kInfo);
  CHECK(Bytes(read->record_bytes.begin(), read->record_bytes.end()) == record);
  CHECK(Bytes(read->signature.begin(), read->signature.end()) == Bytes(64, 9));
}

TEST_CASE("a record lacks nothing, and its ids have their lengths") {
  CHECK(is_taken(32, 32, 20, 1));
  CHECK_FALSE(is_taken(31, 32, 20, 1));
  CHECK_FALSE(is_taken(32, 33, 20, 1));
  CHECK_FALSE(is_taken(32, 32, 32, 1));
  CHECK_FALSE(is_taken(32, 32, 20, 0));
  CHECK_FALSE(decode_signed_publication({}));
}

TEST_CASE("a record without a signature, or cut anywhere, is none") {
  const Bytes record = encode_publication(publication_of(kInfo));
  CHECK_FALSE(decode_signed_publication(signed_record(record, 0)));
  CHECK_FALSE(decode_signed_publication(signed_record(record, 63)));
  const Bytes whole = signed_record(record);
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(decode_signed_publication(ByteView(whole).first(size)));
}

TEST_CASE("fields of later versions do not hurt, and are signed with the rest") {
  Bytes record = encode_publication(publication_of(kInfo));
  const Bytes more = RawMessage().varint(20, 7).text(21, "later").bytes();
  record.insert(record.end(), more.begin(), more.end());
  Bytes whole = signed_record(record);
  whole.insert(whole.end(), more.begin(), more.end());
  const auto read = decode_signed_publication(whole);
  REQUIRE(read);
  CHECK(Bytes(read->record_bytes.begin(), read->record_bytes.end()) == record);
}

TEST_CASE("the largest info dictionary fits into a record, and no more than the limit is read") {
  const Bytes info(std::size_t{4} << 20U, 'i');
  const Bytes largest = signed_record(encode_publication(publication_of(info)));
  CHECK(largest.size() <= kMaxPublicationBytes);
  CHECK(decode_signed_publication(largest));
  const Bytes longer(kMaxPublicationBytes, 'i');
  CHECK_FALSE(decode_signed_publication(signed_record(encode_publication(publication_of(longer)))));
}

TEST_CASE("questions and answers about a torrent come back") {
  TorrentAsk ask;
  ask.content.bytes.fill(7);
  ask.info_hash.bytes.fill(8);
  const auto again = decode_torrent_ask(encode(ask));
  REQUIRE(again);
  CHECK(again->content == ask.content);
  CHECK(again->info_hash == ask.info_hash);
  CHECK_FALSE(decode_torrent_ask({}));
  CHECK_FALSE(decode_torrent_ask(RawMessage().message(1, Bytes(32)).message(2, Bytes(19)).bytes()));
  for (const auto answer :
       {TorrentAnswer::no, TorrentAnswer::show, TorrentAnswer::wait, TorrentAnswer::yes}) {
    CHECK(decode_torrent_answer(encode(answer)) == answer);
  }
  CHECK(decode_torrent_answer(RawMessage().varint(1, 99).bytes()) == TorrentAnswer::no);
  CHECK_FALSE(decode_torrent_answer(RawMessage().text(1, "x").raw(Bytes{0xFF}).bytes()));
}

}  // namespace freshet::wire

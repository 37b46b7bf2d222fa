#include "node/wire/overlay/query_filter.h"

#include <algorithm>

#include "node/base/ids.h"
#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/fields.h"
#include "node/wire/overlay/utf8.h"

#include "freshet/overlay/v1/overlay.pb.h"

namespace freshet::wire {
namespace {

namespace pb = freshet::overlay::v1;
using F = pb::QueryFilter;

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kMaxQueryWordBytes && is_utf8(text);
}

bool is_id_prefix(std::string_view text) {
  return text.size() <= 2 * ContentId::kSize && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool add_word(ByteView bytes, std::vector<std::string>& to) {
  const std::string_view word = text_of(bytes);
  if (!is_word(word)) return false;
  to.emplace_back(word);
  return true;
}

bool read_any_of(ByteView body, QueryFilter& filter) {
  QueryFilter::AnyOf& any = filter.any_of.emplace_back();
  FieldReader fields(body);
  while (const auto field = fields.next()) {
    if (field->kind != FieldKind::bytes) continue;
    if (field->number == F::AnyOf::kWordsFieldNumber && !add_word(field->bytes, any.words))
      return false;
    if (field->number == F::AnyOf::kPrefixesFieldNumber && !add_word(field->bytes, any.prefixes))
      return false;
  }
  return !fields.malformed() && any.words.size() + any.prefixes.size() > 0;
}

bool take_bytes(const Field& field, QueryFilter& filter) {
  switch (field.number) {
    case F::kAnyOfFieldNumber:
      return read_any_of(field.bytes, filter);
    case F::kExtensionsFieldNumber:
      return add_word(field.bytes, filter.extensions);
    case F::kFoldersFieldNumber:
      return add_word(field.bytes, filter.folders);
    case F::kArtistsFieldNumber:
      return add_word(field.bytes, filter.artists);
    case F::kTitlesFieldNumber:
      return add_word(field.bytes, filter.titles);
    case F::kAlbumsFieldNumber:
      return add_word(field.bytes, filter.albums);
    case F::kPeerFieldNumber:
      filter.peer = text_of(field.bytes);
      return filter.peer.empty() || is_word(filter.peer);
    case F::kIdPrefixFieldNumber:
      filter.id_prefix = text_of(field.bytes);
      return is_id_prefix(filter.id_prefix);
    default:
      return true;
  }
}

void take_number(const Field& field, QueryFilter& filter) {
  if (field.number == F::kKindsFieldNumber) filter.kinds = static_cast<std::uint32_t>(field.value);
  if (field.number == F::kSizeFromFieldNumber) filter.size_from_bytes = field.value;
  if (field.number == F::kSizeBelowFieldNumber) filter.size_below_bytes = field.value;
  if (field.number == F::kMaxAgeSFieldNumber)
    filter.max_age_s = static_cast<std::uint32_t>(field.value);
}

}  // namespace

bool QueryFilter::empty() const {
  return any_of.empty() && !asks_for_facts() && peer.empty();
}

bool QueryFilter::asks_for_facts() const {
  return !extensions.empty() || kinds != 0 || size_from_bytes != 0 || size_below_bytes != 0
         || max_age_s != 0 || !folders.empty() || !id_prefix.empty() || asks_for_metadata();
}

bool QueryFilter::asks_for_metadata() const {
  return !artists.empty() || !titles.empty() || !albums.empty();
}

std::size_t QueryFilter::words() const {
  std::size_t count =
      extensions.size() + folders.size() + artists.size() + titles.size() + albums.size();
  for (const AnyOf& any : any_of) count += any.words.size() + any.prefixes.size();
  return count;
}

Bytes encode(const QueryFilter& filter) {
  F message;
  for (const QueryFilter::AnyOf& any : filter.any_of) {
    auto* group = message.add_any_of();
    for (const std::string& words : any.words) group->add_words(words);
    for (const std::string& prefix : any.prefixes) group->add_prefixes(prefix);
  }
  for (const std::string& extension : filter.extensions) message.add_extensions(extension);
  message.set_kinds(filter.kinds);
  message.set_size_from(filter.size_from_bytes);
  message.set_size_below(filter.size_below_bytes);
  message.set_max_age_s(filter.max_age_s);
  for (const std::string& folder : filter.folders) message.add_folders(folder);
  message.set_peer(filter.peer);
  message.set_id_prefix(filter.id_prefix);
  for (const std::string& words : filter.artists) message.add_artists(words);
  for (const std::string& words : filter.titles) message.add_titles(words);
  for (const std::string& words : filter.albums) message.add_albums(words);
  Bytes body(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(body.data());
  return body;
}

std::optional<QueryFilter> decode_query_filter(ByteView body, std::size_t max_words) {
  QueryFilter filter;
  FieldReader fields(body);
  while (const auto field = fields.next()) {
    if (field->kind == FieldKind::bytes && !take_bytes(*field, filter)) return std::nullopt;
    if (field->kind == FieldKind::varint) take_number(*field, filter);
    if (filter.words() > max_words) return std::nullopt;
  }
  if (fields.malformed()) return std::nullopt;
  return filter;
}

}  // namespace freshet::wire

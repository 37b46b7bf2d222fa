#include "node/bench/workload.h"

#include <charconv>
#include <limits>
#include <utility>

#include "node/base/digest.h"
#include "node/core/word_hash.h"

namespace freshet::bench {
namespace {

constexpr std::uint64_t kSmallestFile = std::uint64_t{16} * 1024;
constexpr std::uint64_t kFileSizes = std::uint64_t{64} * 1024 * 1024;
constexpr std::uint32_t kSubjects = 211;  // shared by many objects, as artists and places are
constexpr std::uint32_t kKindWords = 13;  // shared by very many

}  // namespace

std::string word_of(std::uint32_t object) {
  return "o" + std::to_string(object);
}

std::vector<std::string> words_of(std::uint32_t object) {
  return {"subject" + std::to_string(object % kSubjects),
          "kind" + std::to_string(object % kKindWords),
          word_of(object)};
}

std::optional<std::uint32_t> object_named(std::string_view word) {
  if (word.size() < 2 || word.front() != 'o') return std::nullopt;
  if (word[1] == '0' && word.size() > 2) return std::nullopt;
  std::uint32_t object = 0;
  const char* const end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data() + 1, end, object);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return object;
}

wire::HitFile file_of(std::uint32_t object) {
  ContentId id;
  for (std::size_t word = 0; word < ContentId::kSize / sizeof(std::uint64_t); ++word)
    store_le(Digest::mix((std::uint64_t{object} << 8U) + word + 1),
             id.bytes.data() + word * sizeof(std::uint64_t));
  std::string name;
  for (const std::string& word : words_of(object)) (name += name.empty() ? "" : " ") += word;
  return {.content = id,
          .name = std::move(name),
          .size_bytes = kSmallestFile + Digest::mix(object) % kFileSizes};
}

wire::Query query_for(std::uint32_t object) {
  wire::Query query;
  query.terms = words_of(object);
  return query;
}

std::vector<wire::HitFile> ObjectContent::find(sim::NodeIndex node,
                                               const wire::Query& query,
                                               std::uint32_t limit) const {
  const bool is_plain =
      !query.terms.empty() && query.excluded.empty() && query.phrases.empty() && !query.content;
  if (!is_plain || limit == 0) return {};
  const auto object = object_named(query.terms.back());
  if (!object || *object >= table_.objects() || !table_.holds(node, *object)) return {};
  if (query.terms != words_of(*object)) return {};
  return {file_of(*object)};
}

std::vector<std::uint32_t> ObjectContent::word_hashes(sim::NodeIndex node) const {
  if (!by_node_) by_node_.emplace(table_);
  std::vector<std::uint32_t> hashes;
  for (const std::uint32_t object : by_node_->objects(node))
    for (const std::string& word : words_of(object)) hashes.push_back(core::hash_word(word));
  return hashes;
}

Workload::Planned Workload::plan(std::uint32_t query, const Population& population) const {
  Rng rng = rng_.fork(query);
  Planned planned;
  planned.object = static_cast<std::uint32_t>(popularity_.draw(rng));
  planned.origin = origin_ ? *origin_ : population.draw(rng);
  return planned;
}

}  // namespace freshet::bench

#include "node/core/search/results.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "node/base/id_text.h"

namespace freshet::core::search {
namespace {

constexpr std::size_t kIdDigits = ContentId::kSize * 2;

std::optional<ResultNumber> number_of(std::string_view text) {
  ResultNumber number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Error error(ErrorCode code, std::string_view what, std::string_view why) {
  return {code, "'" + std::string(what) + "' " + std::string(why)};
}

}  // namespace

std::vector<ResultNumber> ResultSet::add(const wire::HitRecord& record,
                                         std::uint8_t hops,
                                         bool is_cached) {
  std::vector<ResultNumber> changed;
  if (record.files.empty()) return changed;
  if (answered_.size() >= kMaxSourceNodes && !answered_.contains(record.node)) {
    dropped_ += record.files.size();
    return changed;
  }
  const auto answered = answered_.try_emplace(record.node, hops).first;
  answered->second = std::min(answered->second, hops);
  for (const wire::HitFile& file : record.files) {
    const FileKey key(record.node, file.name, file.size_bytes);
    const std::size_t live_before = live_;
    const ResultNumber number = place(file, key);
    if (number == 0) {
      ++dropped_;
      continue;
    }
    SearchResult& result = at(number);
    bool news = live_ != live_before;
    if (file.content && !result.id) {
      result.id = file.content;
      ids_[*file.content] = number;
      news = true;
    }
    if (file.metadata && !result.metadata) {
      result.metadata = file.metadata;
      news = true;
    }
    news |= set_name(result, file.name);
    news |= set_source(result,
                       {.node = record.node,
                        .node_name = record.name,
                        .addresses = record.addresses,
                        .file_name = file.name,
                        .size_bytes = file.size_bytes,
                        .hops = hops,
                        .is_cached = is_cached});
    if (news) changed.push_back(number);
  }
  for (ResultNumber& number : changed) number = live_number(number);  // merged by a later file
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  return changed;
}

// The result that a file belongs to, made or merged if need be; 0 when there is no room.
ResultNumber ResultSet::place(const wire::HitFile& file, const FileKey& key) {
  ResultNumber by_file = 0;
  ResultNumber by_content = 0;
  if (const auto known = files_.find(key); known != files_.end()) {
    by_file = live_number(known->second);
  }
  if (file.content) {
    if (const auto known = ids_.find(*file.content); known != ids_.end()) {
      by_content = live_number(known->second);
    }
    // The node has another file of the same name and size, in another folder.
    const bool other_file = by_file != 0 && at(by_file).id && at(by_file).id != file.content;
    if (other_file) by_file = 0;
  }
  if (by_file != 0 && by_content != 0 && by_file != by_content) return merge(by_file, by_content);
  if (by_file != 0 || by_content != 0) {
    const ResultNumber number = by_file != 0 ? by_file : by_content;
    remember(key, number);
    return number;
  }
  if (results_.size() >= kMaxResults || sources_ >= kMaxSources) return 0;
  const auto number = static_cast<ResultNumber>(results_.size() + 1);
  results_.push_back({.number = number,
                      .id = std::nullopt,
                      .name = file.name,
                      .size_bytes = file.size_bytes,
                      .folder = file.folder,
                      .hops = UINT8_MAX,
                      .sources = {},
                      .other_names = {},
                      .metadata = nullptr});
  became_.push_back(number);
  remember(key, number);
  ++live_;
  return number;
}

void ResultSet::remember(const FileKey& key, ResultNumber number) {
  if (files_.size() < kMaxKnownFiles) files_.emplace(key, number);
}

ResultNumber ResultSet::merge(ResultNumber a, ResultNumber b) {
  const ResultNumber stays = std::min(a, b);
  const ResultNumber goes = std::max(a, b);
  SearchResult& from = at(goes);
  SearchResult& to = at(stays);
  if (!to.id) to.id = from.id;
  if (!to.metadata) to.metadata = std::move(from.metadata);
  if (to.id) ids_[*to.id] = stays;
  const std::vector<Source> moved = std::exchange(from.sources, {});
  sources_ -= moved.size();
  for (const Source& source : moved) set_source(to, source);
  const std::vector<std::string> names = std::exchange(from.other_names, {});
  other_names_ -= names.size();
  set_name(to, std::exchange(from.name, {}));
  for (const std::string& name : names) set_name(to, name);
  became_[goes - 1] = stays;
  --live_;
  return stays;
}

// True when the content has one name more.
bool ResultSet::set_name(SearchResult& result, const std::string& name) {
  auto& others = result.other_names;
  if (name == result.name || std::find(others.begin(), others.end(), name) != others.end())
    return false;
  if (others.size() >= kMaxOtherNames || other_names_ >= kMaxAllOtherNames) return false;
  others.push_back(name);
  ++other_names_;
  return true;
}

// True when the number of sources or the hops changed, or a source that was remembered answered.
bool ResultSet::set_source(SearchResult& result, Source source) {
  const std::uint8_t hops_before = result.hops;
  const auto known = std::find_if(result.sources.begin(),
                                  result.sources.end(),
                                  [&](const Source& each) { return each.node == source.node; });
  if (known != result.sources.end()) {
    known->hops = std::min(known->hops, source.hops);
    result.hops = std::min(result.hops, source.hops);
    if (!source.addresses.empty()) known->addresses = std::move(source.addresses);
    const bool has_answered = known->is_cached && !source.is_cached;
    if (has_answered) known->is_cached = false;
    return result.hops != hops_before || has_answered;
  }
  if (result.sources.size() >= kMaxSourcesPerResult || sources_ >= kMaxSources) {
    ++dropped_;
    return false;
  }
  if (source.addresses.size() > wire::kMaxHitAddresses) {
    source.addresses.resize(wire::kMaxHitAddresses);
  }
  result.hops = std::min(result.hops, source.hops);
  result.sources.push_back(std::move(source));
  ++sources_;
  return true;
}

// Follows merges; each leads to a lower number.
ResultNumber ResultSet::live_number(ResultNumber number) const {
  while (became_[number - 1] != number) number = became_[number - 1];
  return number;
}

std::vector<std::uint32_t> ResultSet::answered_by_hops() const {
  std::vector<std::uint32_t> counts;
  for (const auto& [node, hops] : answered_) {
    if (counts.size() <= hops) counts.resize(hops + std::size_t{1});
    ++counts[hops];
  }
  return counts;
}

std::vector<const SearchResult*> ResultSet::all() const {
  std::vector<const SearchResult*> list;
  for (const SearchResult& result : results_) {
    if (became_[result.number - 1] == result.number) list.push_back(&result);
  }
  return list;
}

const SearchResult* ResultSet::by_number(ResultNumber number) const {
  if (number == 0 || number > results_.size()) return nullptr;
  return &results_[live_number(number) - 1];
}

const SearchResult* ResultSet::by_id(const ContentId& id) const {
  const auto found = ids_.find(id);
  return found == ids_.end() ? nullptr : by_number(found->second);
}

Result<const SearchResult*> ResultSet::resolve(std::string_view what) const {
  if (const auto number = number_of(what)) {
    if (const SearchResult* result = by_number(*number)) return result;
  }
  return by_prefix(what);
}

Result<const SearchResult*> ResultSet::by_prefix(std::string_view hex) const {
  const auto prefix = id_prefix(hex);
  if (!prefix) {
    return error(ErrorCode::invalid, hex, "is neither a result's number nor an id");
  }
  std::string padded = *prefix;
  padded.resize(kIdDigits, '0');
  const auto first = ids_.lower_bound(*ContentId::from_hex(padded));
  const auto begins_so = [&](auto each) {
    return each != ids_.end() && each->first.hex().compare(0, prefix->size(), *prefix) == 0;
  };
  if (!begins_so(first)) {
    return error(ErrorCode::not_found, hex, "is not among the results of the last search");
  }
  if (begins_so(std::next(first))) {
    return error(ErrorCode::invalid, hex, "begins several ids of the last search; give more of it");
  }
  return by_number(first->second);
}

}  // namespace freshet::core::search

#include "node/store/file_table.h"

#include <utility>

#include "node/store/split_path.h"

namespace freshet::store {

std::size_t FileTable::HashFolder::operator()(const SeenFolder& folder) const {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ULL;
  const auto share = static_cast<std::uint64_t>(folder.share.value);
  return std::hash<std::string_view>()(folder.path)
         ^ static_cast<std::size_t>((share * kOdd) ^ (folder.device * kOdd >> 1U));
}

FileTable::FileTable() : by_id_(IdOf{&rows_}) {}

FileTable::Place FileTable::free_place() {
  if (free_.empty()) {
    rows_.emplace_back();
    return static_cast<Place>(rows_.size() - 1);
  }
  const Place place = free_.back();
  free_.pop_back();
  return place;
}

std::optional<FileTable::Place> FileTable::add(const CatalogueFile& file) {
  const SplitPath path(file.relative);
  if (file.id.value == 0 || path.name.size() > NamePool::kMaxNameBytes || find(file.id))
    return std::nullopt;
  const Place place = free_place();
  rows_[place] = {.id = file.id.value,
                  .size_bytes = file.stamp.size_bytes,
                  .mtime_ns = file.stamp.mtime_ns,
                  .inode = file.stamp.inode,
                  .name = names_.add(path.name),
                  .folder = folders_.take({file.share, file.stamp.device, path.folder})};
  by_id_.insert(place);
  if (file.content) identify(place, *file.content);
  return place;
}

void FileTable::remove(Place place) {
  const Row& row = rows_[place];
  if (row.content != kUnknown) let_go(place);
  by_id_.erase(place);
  names_.drop(row.name);
  folders_.drop(row.folder);
  rows_[place] = {};
  free_.push_back(place);
  if (names_.is_worn()) mend_names();
}

void FileTable::identify(Place place, const ContentId& content) {
  Row& row = rows_[place];
  row.content = contents_.take(content);
  Holders& holders = contents_.extra(row.content);
  row.before = std::exchange(holders.last, place);
  (row.before == kNowhere ? holders.first : rows_[row.before].after) = place;
}

void FileTable::let_go(Place place) {
  const Row& row = rows_[place];
  Holders& holders = contents_.extra(row.content);
  (row.before == kNowhere ? holders.first : rows_[row.before].after) = row.after;
  (row.after == kNowhere ? holders.last : rows_[row.after].before) = row.before;
  contents_.drop(row.content);
}

void FileTable::mend_names() {
  NamePool fresh;
  rows_.for_each([&](Row& row) {
    if (row.id != 0) row.name = fresh.add(names_[row.name]);
  });
  names_ = std::move(fresh);
}

std::optional<FileTable::Place> FileTable::find(const ContentId& content) const {
  const auto known = contents_.find(content);
  return known ? std::optional(contents_.extra(*known).first) : std::nullopt;
}

FileStamp FileTable::stamp(Place place) const {
  const Row& row = rows_[place];
  return {.size_bytes = row.size_bytes,
          .mtime_ns = row.mtime_ns,
          .inode = row.inode,
          .device = folders_[row.folder].device};
}

std::optional<ContentId> FileTable::content(Place place) const {
  const std::uint32_t number = rows_[place].content;
  return number == kUnknown ? std::nullopt : std::optional(contents_[number]);
}

std::string_view FileTable::path(Place place, std::string& into) const {
  into = folders_[rows_[place].folder].path;
  into += name(place);
  return into;
}

CatalogueFile FileTable::file(Place place) const {
  CatalogueFile file{.id = id(place),
                     .share = share(place),
                     .relative = {},
                     .stamp = stamp(place),
                     .content = content(place)};
  path(place, file.relative);
  return file;
}

std::size_t FileTable::memory_bytes() const {
  return rows_.size() * sizeof(Row) + free_.capacity() * sizeof(Place) + names_.memory_bytes()
         + folders_.memory_bytes() + contents_.memory_bytes() + by_id_.memory_bytes();
}

}  // namespace freshet::store

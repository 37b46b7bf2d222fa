// The Library's index: words that the last run kept, and what is kept for the next.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <spdlog/spdlog.h>

#include "node/io/host/library.h"

namespace freshet::io {
namespace {

// A large index is kept when so much of it changed.
constexpr std::size_t kShareChanged = 4;

}  // namespace

void Library::index(store::FileTable::Place place) {
  tell_words();
  if (adopt(place)) return;
  const auto metadata = metadata_of(place);
  std::string path;
  files_.path(place, path);
  std::array<std::string_view, 3> texts;
  if (metadata) texts = {metadata->artist, metadata->title, metadata->album};
  index_.add(core::search::FileNumber{place}, bytes_of(path), texts);
}

bool Library::adopt(store::FileTable::Place place) {
  if (kept_files_.empty()) return false;
  const store::IndexedFile file{.id = files_.id(place), .texts = mark_of(place)};
  const auto kept = std::ranges::lower_bound(kept_files_, file.id, {}, &store::IndexedFile::id);
  if (kept == kept_files_.end() || *kept != file) return false;
  const auto slot = static_cast<core::search::Slot>(kept - kept_files_.begin());
  if (!index_.adopt(slot, core::search::FileNumber{place})) return false;
  ++counters_.words_kept;
  return true;
}

void Library::keep_index() {
  const std::size_t changed = index_.unsealed() + index_.dead_sealed();
  const bool is_worth_it =
      changed >= std::max(keep_after_, index_.size() / kShareChanged) || forgets_words_;
  if (!loaded_ || kept_.is_busy() || !is_worth_it) return;
  if (std::ranges::any_of(shares_, [](const ShareState& share) { return share.summary.scanning; }))
    return;
  forgets_words_ = false;
  keep_after_ = std::max(kLeastKept, 2 * changed);  // unless it works
  auto sealed = index_.seal();
  std::vector<store::IndexedFile> files;
  files.reserve(sealed.files.size());
  for (const auto& each : sealed.files) {
    const store::FileTable::Place place = each.file.value;
    files.push_back({.id = files_.id(place), .texts = mark_of_words(place)});
  }
  kept_.keep(
      std::move(sealed), std::move(files), hash_key_, [this](const auto& kept) { on_kept(kept); });
}

void Library::on_kept(const Result<KeptIndex::Kept>& kept) {
  if (!kept) {
    spdlog::warn("index: its words stay in memory: {}", kept.error().message);
    return;
  }
  std::vector<core::search::FileNumber> files = kept->numbers;
  for (std::size_t slot = 0; slot < files.size(); ++slot) {
    const store::FileTable::Place place = files[slot].value;
    const bool is_there = files_.has_file(place) && files_.id(place) == kept->files[slot].id;
    if (!is_there) files[slot] = core::search::kNoFile;
  }
  kept_.drop(index_.replace_sealed(kept->part, std::move(files)));
  index_is_kept_ = true;
  keep_after_ = kLeastKept;
}

}  // namespace freshet::io

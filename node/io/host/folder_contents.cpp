#include "node/io/host/folder_contents.h"

#include <chrono>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "node/store/shared_file.h"

namespace freshet::io {
namespace {

constexpr auto kRemembered = std::chrono::seconds(60);

Result<store::FolderFiles> files_of(store::Catalogue& catalogue, const OfferedFolder& folder) {
  const auto rows = catalogue.files_below(
      store::ShareId{folder.share}, folder.path, wire::bt::kMaxFolderFiles + 1);
  if (!rows) return rows.error();
  return store::files_of_folder(folder.base, folder.path, *rows);
}

std::shared_ptr<const store::FolderParts> parts_of(const store::FolderFiles& files) {
  return std::make_shared<const store::FolderParts>(files.bundle());
}

}  // namespace

FolderContents::FolderContents(asio::io_context& io,
                               Library& library,
                               WorkerPool& builder,
                               std::string lists)
    : library_(library),
      builder_(builder),
      lists_(std::move(lists)),
      forget_last_(io) {}

void FolderContents::stop() {
  stop_.request_stop();
  forget_last_.cancel();
}

void FolderContents::forget() {
  ++changes_;
  last_.reset();
  made_again_.clear();
}

void FolderContents::read_files(const OfferedFolder& folder, FilesRead done) {
  library_.on_catalogue(
      [folder, done = std::move(done)](store::Catalogue& catalogue) -> WorkerPool::Completion {
        auto files = files_of(catalogue, folder);
        return [done, files = std::move(files)] {
          done(files);
        };
      });
}

void FolderContents::find_list(const OfferedFolder& folder,
                               const store::ContentInfo& info,
                               const store::FileRef& kept,
                               const Library::ContentFound& found) {
  const auto again = made_again_.find(folder.key);
  const store::FileRef& file = again == made_again_.end() ? kept : again->second;
  library_.on_catalogue(
      [this, folder, info, file, found](store::Catalogue&) -> WorkerPool::Completion {
        const auto stamp = store::examine_file(file.absolute());
        const bool is_there = stamp && store::is_unchanged(file.stamp, *stamp);
        return [this, folder, info, file, found, is_there] {
          if (is_there) {
            found(SharedContent{.info = info, .files = {file}});
          } else {
            make_again(folder, true, found);
          }
        };
      });
  const bool is_known = last_ != nullptr && last_key_ == folder.key;
  if (folder.has_bundle && !is_known && waiting_.try_emplace(folder.key).second)
    read_bundle(folder);
}

void FolderContents::find_bundle(const OfferedFolder& folder, const Library::ContentFound& found) {
  if (last_ != nullptr && last_key_ == folder.key) {
    remember(last_key_, last_);
    asio::post(forget_last_.get_executor(), [found, bundle = last_] { found(*bundle); });
    return;
  }
  const auto [waiting, is_first] = waiting_.try_emplace(folder.key);
  waiting->second.push_back(found);
  if (is_first) read_bundle(folder);
}

// On the catalogue's worker, which is not held up by what runs in the background.
void FolderContents::read_bundle(const OfferedFolder& folder) {
  library_.on_catalogue([this, folder, lists = lists_, changes = changes_](
                            store::Catalogue& catalogue) -> WorkerPool::Completion {
    std::shared_ptr<const SharedContent> bundle;
    const auto files = files_of(catalogue, folder);
    if (files && files->key == folder.key) {
      if (auto info = store::kept_bundle(lists, *files))
        bundle = std::make_shared<const SharedContent>(
            SharedContent{.info = std::move(*info), .files = {}, .parts = parts_of(*files)});
    }
    return [this, folder, changes, bundle = std::move(bundle)] {
      on_bundle(folder, changes, bundle);
    };
  });
}

void FolderContents::on_bundle(const OfferedFolder& folder,
                               std::uint64_t changes,
                               std::shared_ptr<const SharedContent> bundle) {
  const auto waiting = std::move(waiting_.extract(folder.key).mapped());
  if (bundle != nullptr && changes == changes_) remember(folder.key, bundle);
  for (const auto& found : waiting) {
    if (bundle != nullptr) {
      found(*bundle);
    } else {
      make_again(folder, false, found);
    }
  }
}

void FolderContents::remember(const Sha256& key, std::shared_ptr<const SharedContent> bundle) {
  last_key_ = key;
  last_ = std::move(bundle);
  forget_last_.expires_after(kRemembered);
  forget_last_.async_wait([this](const std::error_code& canceled) {
    if (!canceled) last_.reset();
  });
}

// Somebody removed what was kept, or the folder is not what it was.
void FolderContents::make_again(const OfferedFolder& folder,
                                bool wants_list,
                                const Library::ContentFound& found) {
  read_files(folder, [this, key = folder.key, wants_list, found](Result<store::FolderFiles> files) {
    if (!files || files->key != key) {
      found(std::nullopt);
      return;
    }
    builder_.submit([this,
                     lists = lists_,
                     stop = stop_.get_token(),
                     wants_list,
                     found,
                     files = std::move(*files)]() -> WorkerPool::Completion {
      auto kept = store::keep_folder(lists, files, stop);
      std::optional<SharedContent> shared;
      if (kept && wants_list)
        shared = SharedContent{.info = kept->list, .files = {kept->list_file}};
      if (kept && !wants_list && kept->bundle)
        shared = SharedContent{.info = *kept->bundle, .files = {}, .parts = parts_of(files)};
      return [this, key = files.key, wants_list, found, shared = std::move(shared)] {
        if (shared && wants_list) made_again_[key] = shared->files.front();
        found(shared);
      };
    });
  });
}

}  // namespace freshet::io

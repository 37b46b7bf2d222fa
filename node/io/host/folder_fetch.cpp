#include "node/io/host/folder_fetch.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <unistd.h>

#include "node/io/host/finished_file.h"
#include "node/store/file_io.h"
#include "node/store/hasher.h"
#include "node/store/other_files.h"

namespace freshet::io {
namespace {

// Large files on their way at one time.
constexpr std::size_t kAtOnce = 8;
// So few small files that lack are fetched one by one where the bundle has many more.
constexpr std::size_t kFew = 16;
constexpr std::size_t kMaxNamedFailures = 5;

Error too_long() {
  return {.code = ErrorCode::invalid,
          .message = "it is no folder: its list would be too long; whoever offers it is mistaken"};
}

bool is_whole(const std::string& folder, const std::string& name, const ContentId& content) {
  const auto stamp = stamp_of_path(folder + "/" + name);
  if (!stamp) return false;
  const auto found = store::hash_file({.base = folder, .relative = name, .stamp = *stamp});
  return found && found->id == content;
}

}  // namespace

/// A content that is fetched for the folder.
class FolderFetch::Part final : public FetchObserver {
 public:
  Part(std::weak_ptr<FolderFetch> of, Ended ended) : of_(std::move(of)), ended_(std::move(ended)) {}
  void progress(std::uint64_t verified_bytes, std::uint64_t size, std::uint32_t sources) override {
    verified_bytes_ = verified_bytes;
    sources_ = sources;
    const auto of = of_.lock();
    if (!of) return;
    of->tell();
    if (size > most_bytes_) of->refuse_list();
  }
  void done(const std::string& path, std::uint64_t /*size*/, std::uint32_t /*sources*/) override {
    ended_(path);
  }
  void ready(std::uint64_t bytes, const std::string& part) override {
    if (unpacker_) unpacker_->ready(bytes, part);
  }
  void failed(const Error& error) override { ended_(error); }
  /// A longer one is no list.
  void expect_at_most(std::uint64_t bytes) { most_bytes_ = bytes; }
  void unpack_by(std::shared_ptr<BundleUnpacker> unpacker) { unpacker_ = std::move(unpacker); }
  [[nodiscard]] std::uint64_t verified_bytes() const { return verified_bytes_; }
  [[nodiscard]] std::uint32_t sources() const { return sources_; }

 private:
  std::weak_ptr<FolderFetch> of_;
  Ended ended_;
  std::shared_ptr<BundleUnpacker> unpacker_;
  std::uint64_t most_bytes_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t verified_bytes_ = 0;
  std::uint32_t sources_ = 0;
};

std::string FolderFetch::kept(const ContentId& content) const {
  return owner_.options_.lists + "/" + content.hex();
}

FetchWish FolderFetch::part_wish(const ContentId& content, std::uint64_t size) const {
  return {.content = content,
          .name = content.hex(),
          .folder = owner_.options_.lists,
          .size_claim = size,
          .sources = wish_.sources,
          .patience = wish_.patience,
          .rate = wish_.rate,
          .polite = wish_.polite,
          .share = false};
}

void FolderFetch::fetch(FetchWish wish, Ended ended, std::shared_ptr<BundleUnpacker> unpacker) {
  const ContentId content = wish.content;
  for (core::transfer::Source& source : wish.sources) source.size_claim = wish.size_claim;
  auto part = std::make_shared<Part>(weak_from_this(),
                                     [self = shared_from_this(), content, ended = std::move(ended)](
                                         const Result<std::string>& path) {
                                       self->parts_.erase(content);
                                       if (!self->over_) ended(path);
                                     });
  part->unpack_by(std::move(unpacker));
  if (content == wish_.content) part->expect_at_most(wire::bt::kMaxFolderListBytes);
  parts_[content] = part;
  owner_.fetches_.start(std::move(wish), part);
}

void FolderFetch::begin() {
  if (!owner_.folders_.has(wish_.content)) {
    fetch_list();
    return;
  }
  owner_.library_.find_content(
      wish_.content, [self = shared_from_this()](const std::optional<SharedContent>& own) {
        if (self->over_) return;
        if (own) {
          self->on_list(own->files.front().absolute());
        } else {
          self->fetch_list();  // it was this folder a moment ago
        }
      });
}

void FolderFetch::fetch_list() {
  if (wish_.size_claim && *wish_.size_claim > wire::bt::kMaxFolderListBytes) {
    fail(too_long());
    return;
  }
  FetchWish list = part_wish(wish_.content, 0);
  list.size_claim = wish_.size_claim;
  fetch(std::move(list), [this](const Result<std::string>& path) { on_list(path); });
}

void FolderFetch::refuse_list() {
  // Not while those who hear of its progress are told.
  asio::post(owner_.io_, [self = shared_from_this()] {
    if (!self->over_) self->fail(too_long());
  });
}

void FolderFetch::on_list(const Result<std::string>& path) {
  if (over_) return;
  if (!path) {
    fail(path.error());
    return;
  }
  owner_.disk_.submit([self = shared_from_this(),
                       path = *path,
                       stop = owner_.stop_.get_token()]() -> WorkerPool::Completion {
    auto plan = self->make_plan(path, stop);
    return [self, plan = std::move(plan)]() mutable {
      if (self->over_) return;
      if (plan) {
        self->follow(std::move(*plan));
      } else {
        self->fail(plan.error());
      }
    };
  });
}

// On the worker.
Result<FolderFetch::Plan> FolderFetch::make_plan(const std::string& path,
                                                 const std::stop_token& stop) const {
  const auto bytes = store::read_small_file(path, wire::bt::kMaxFolderListBytes);
  if (!bytes) return bytes.error();
  if (!*bytes) return Error{ErrorCode::io, path + ": it is gone"};
  auto list = wire::bt::read_folder_list(**bytes);
  if (!list) return list.error();
  auto place = store::place_of(*list, wish_.content, wish_.folder, wish_.name);
  if (!place) return place.error();
  auto absent = store::absent_files(*place, stop);
  if (!absent) return absent.error();
  Plan plan{.list_path = path,
            .list = std::move(*list),
            .place = std::move(*place),
            .absent = std::move(*absent)};
  if (plan.list.bundle)
    plan.has_bundle = is_whole(owner_.options_.lists, plan.list.bundle->hex(), *plan.list.bundle);
  plan.size_bytes = plan.list.size_bytes();
  return plan;
}

void FolderFetch::follow(Plan plan) {
  plan_ = std::move(plan);
  in_place_bytes_ = plan_.size_bytes;
  std::vector<std::size_t> bundled;
  for (const std::size_t number : plan_.absent) {
    const auto& file = plan_.place.files[number];
    in_place_bytes_ -= file.size_bytes;
    if (file.bundle_offset) {
      bundled.push_back(number);
    } else if (file.size_bytes == 0) {
      small_.push_back(number);
    } else {
      large_.push_back(number);
    }
  }
  const auto all = static_cast<std::size_t>(
      std::count_if(plan_.place.files.begin(), plan_.place.files.end(), [](const auto& file) {
        return file.bundle_offset.has_value();
      }));
  const bool one_by_one = !plan_.has_bundle
                          && (owner_.folders_.has(wish_.content)
                              || (bundled.size() <= kFew && bundled.size() * 2 < all));
  if (one_by_one) {
    large_.insert(large_.begin(), bundled.begin(), bundled.end());
  } else {
    small_.insert(small_.end(), bundled.begin(), bundled.end());
  }
  tell();
  if (!small_.empty()) {
    std::sort(small_.begin(), small_.end());
    unpacker_ = std::make_shared<BundleUnpacker>(
        owner_.disk_, plan_.place, small_, owner_.stop_.get_token());
  }
  if (one_by_one || bundled.empty() || plan_.has_bundle) {
    unpack(plan_.list.bundle ? kept(*plan_.list.bundle) : std::string());
    return;
  }
  FetchWish bundle = part_wish(*plan_.list.bundle, plan_.list.bundle_bytes());
  // What comes in order is unpacked meanwhile. Many sources are used better without.
  bundle.in_order = bundle.sources.size() == 1;
  fetch(
      std::move(bundle), [this](const Result<std::string>& path) { on_bundle(path); }, unpacker_);
}

void FolderFetch::on_bundle(const Result<std::string>& path) {
  if (path) {
    unpack(*path);
    return;
  }
  std::erase_if(small_, [&](std::size_t number) {
    const auto& file = plan_.place.files[number];
    if (file.bundle_offset) failures_.push_back({file.absolute(), path.error()});
    return file.bundle_offset.has_value();
  });
  unpacker_->drop();
  unpacker_ =
      std::make_shared<BundleUnpacker>(owner_.disk_, plan_.place, small_, owner_.stop_.get_token());
  unpack({});
}

void FolderFetch::unpack(const std::string& bundle) {
  if (small_.empty()) {
    fetch_large();
    return;
  }
  unpacker_->finish(
      bundle, [self = shared_from_this()](const Result<std::vector<store::FileFailure>>& failed) {
        if (self->over_) return;
        if (!failed) {
          self->fail(failed.error());
          return;
        }
        for (const std::size_t number : self->small_)
          self->in_place_bytes_ += self->plan_.place.files[number].size_bytes;
        self->failures_.insert(self->failures_.end(), failed->begin(), failed->end());
        self->small_.clear();
        self->fetch_large();
      });
}

void FolderFetch::fetch_large() {
  const std::size_t most = wish_.rate == 0 ? kAtOnce : 1;  // the rate is one fetch's
  while (busy_ < most && !large_.empty()) {
    const std::size_t number = large_.front();
    large_.pop_front();
    const auto& file = plan_.place.files[number];
    ++busy_;
    const auto [twins, first] = twins_.try_emplace(*file.content);
    if (!first) {  // copied when the first of them is here
      twins->second.push_back(number);
      continue;
    }
    FetchWish wish = part_wish(*file.content, file.size_bytes);
    wish.name = file.name;
    wish.folder = file.folder;
    fetch(std::move(wish),
          [this, number](const Result<std::string>& path) { on_large(number, path); });
  }
  if (busy_ == 0 && large_.empty()) finish();
}

void FolderFetch::on_large(std::size_t number, const Result<std::string>& path) {
  const auto& file = plan_.place.files[number];
  const auto twins = std::move(twins_[*file.content]);
  twins_.erase(*file.content);
  for (const std::size_t twin : twins) {
    if (path) {
      copy(twin, *path);
    } else {
      settle(twin, path.error());
    }
  }
  if (path && store::parent_folder(*path) != file.folder) {
    copy(number, *path);  // another `get` of the same content was first
  } else {
    settle(number, path ? Status(kOk) : path.error());
  }
}

void FolderFetch::copy(std::size_t number, const std::string& from) {
  owner_.disk_.submit([self = shared_from_this(), number, from]() -> WorkerPool::Completion {
    const auto copied = store::copy_into(from, self->plan_.place.files[number]);
    return [self, number, done = copied ? Status(kOk) : Status(copied.error())] {
      self->settle(number, done);
    };
  });
}

void FolderFetch::settle(std::size_t number, const Status& done) {
  if (over_) return;
  --busy_;
  const auto& file = plan_.place.files[number];
  if (done) {
    in_place_bytes_ += file.size_bytes;
  } else {
    failures_.push_back({file.absolute(), done.error()});
  }
  tell();
  fetch_large();
}

void FolderFetch::tell() {
  if (over_) return;
  std::uint64_t verified = in_place_bytes_;
  std::uint32_t sources = 0;
  for (const auto& [content, part] : parts_) {
    if (content != wish_.content) verified += part->verified_bytes();
    sources = std::max(sources, part->sources());
  }
  most_sources_ = std::max(most_sources_, sources);
  const std::uint64_t size = plan_.size_bytes;
  const std::uint64_t done = std::min(verified, size);
  observer_->progress(done, size, sources);
  for (const auto& waiting : owner_.waiting_)
    if (waiting->content() == wish_.content) waiting->observer_->progress(done, size, sources);
}

void FolderFetch::finish() {
  if (!failures_.empty()) {
    fail(why_not_all());
    return;
  }
  if (!owner_.is_shared(*this)) {
    if (!owner_.folders_.has(wish_.content)) ::unlink(plan_.list_path.c_str());
    if (plan_.list.bundle) ::unlink(kept(*plan_.list.bundle).c_str());
  }
  const auto observer = observer_;
  if (owner_.options_.share_finished) {
    owner_.disk_.submit([self = shared_from_this()]() -> WorkerPool::Completion {
      return [self, others = store::has_others(self->plan_.place.target, self->plan_.place.files)] {
        share_fetched_folder(self->owner_.library_, self->plan_.place.target, others);
      };
    });
  }
  const std::uint64_t size = plan_.size_bytes;
  end();
  observer->done(plan_.place.target, size, most_sources_);
}

Error FolderFetch::why_not_all() const {
  const bool some = failures_.size() < plan_.place.files.size();
  const ErrorCode first = failures_.front().why.code;
  std::string text = std::to_string(failures_.size()) + " of "
                     + std::to_string(plan_.place.files.size()) + " files did not come:";
  for (std::size_t i = 0; i < std::min(failures_.size(), kMaxNamedFailures); ++i)
    text += "\n  " + failures_[i].path + ": " + failures_[i].why.message;
  if (failures_.size() > kMaxNamedFailures)
    text += "\n  and " + std::to_string(failures_.size() - kMaxNamedFailures) + " more";
  text += "\nthe others are in " + plan_.place.target
          + "; the same `get` again fetches what is missing";
  return {some && first == ErrorCode::no_source ? ErrorCode::timed_out : first, text};
}

void FolderFetch::fail(const Error& error) {
  const auto observer = observer_;
  end();
  observer->failed(error);
}

void FolderFetch::end() {
  over_ = true;
  for (const auto& [content, part] : parts_) owner_.fetches_.leave(content, part.get());
  parts_.clear();
  if (unpacker_) unpacker_->drop();
  const auto self = shared_from_this();
  if (owner_.running_.erase(observer_.get()) > 0) owner_.begin_next(wish_.content);
}

void FolderFetch::leave() {
  for (const auto& [content, part] : parts_) owner_.fetches_.leave(content, part.get());
  drop();
}

void FolderFetch::drop() {
  over_ = true;
  parts_.clear();
  if (unpacker_) unpacker_->drop();
}

}  // namespace freshet::io

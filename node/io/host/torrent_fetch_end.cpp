// How the fetch of a torrent ends: whole and in its place, given up, or stopped.
#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "node/io/host/finished_file.h"
#include "node/io/host/torrent_fetch.h"
#include "node/io/net/tcp_socket.h"
#include "node/wire/bt/metainfo.h"

namespace freshet::io {

void TorrentFetch::leave(const FetchObserver* observer) {
  std::erase_if(watchers_, [&](const Watcher& it) { return it.observer.get() == observer; });
  if (!watchers_.empty() || finishing_ || over_) return;
  pause();
  parts_.over(wish_.name);
}

void TorrentFetch::lose_patience(TimePoint now) {
  std::vector<Watcher> leaving;
  for (Watcher& watcher : watchers_) {
    const bool may_go_on = is_opening() && !(mesh_ && mesh_->is_stuck(now));
    if (fetch_.sources() > 0 || may_go_on) watcher.without_source_since = now;
    if (now - watcher.without_source_since >= watcher.patience) leaving.push_back(watcher);
  }
  if (leaving.empty()) return;
  const Error why = why_none();
  for (const Watcher& watcher : leaving) {
    watcher.observer->failed(why);
    leave(watcher.observer.get());
  }
}

Error TorrentFetch::why_none() const {
  if (fetch_.banned_peers() > 0)
    return {ErrorCode::verification,
            "what was sent of this torrent is not what it names, and who sent it is asked no more; "
            "what is verified is kept"};
  if (fetch_.verified_bytes() > 0)
    return {ErrorCode::timed_out,
            "no source left; what was fetched is kept, run the same `get` again to go on"};
  std::string message = "no source for the torrent " + wish_.name.hex();
  for (const auto& trackers : trackers_) {
    if (!trackers->last_failure().empty()) {
      return {ErrorCode::no_source, message + "; tracker " + trackers->last_failure()};
    }
  }
  if (trackers_.empty() && fetch_.known_peers() == 0)
    message += ": it names no tracker that is asked and no peer; name one with --source HOST:PORT";
  return {ErrorCode::no_source, message};
}

// Those that are linked are served meanwhile, and for a while after.
void TorrentFetch::finish() {
  finishing_ = true;
  for (const auto& trackers : trackers_) trackers->stop(true);
  links_.pause(false);
  if (is_serving()) {
    links_.work();  // the last pieces are told of, too
  } else {
    links_.stop();
  }
  disk_->finish([self = shared_from_this()](const Result<store::FinishedTorrent>& finished) {
    if (!finished) {
      self->end(finished.error());
      return;
    }
    std::optional<ContentId> content;
    if (finished->content) content = finished->content->id;
    self->share(*finished, [self, path = finished->path, content, others = finished->has_others] {
      if (!self->over_) self->settle(path, content, !others);
    });
  });
}

void TorrentFetch::settle(const std::string& path,
                          std::optional<ContentId> content,
                          bool can_be_shared) {
  const bool is_wanted = !content || !parts_.is_blocked(*content);
  if (is_serving() && is_wanted) {
    parting_.emplace(
        FetchedTorrent{.name = wire::bt::names_of(wish_.layout->kind, *wish_.info).one(),
                       .info = wish_.info,
                       .path = path,
                       .content = content},
        can_be_shared ? parts_.adopt : TorrentParting::Adopt(),
        parts_.now());
    if (mesh_) mesh_->drop();
  } else {
    close(fetch_.complete());
  }
  if (mesh_) mesh_->drop_left();
  for (const Watcher& watcher : std::exchange(watchers_, {}))
    watcher.observer->done(path, size(), most_sources_);
  parts_.over(wish_.name);
}

void TorrentFetch::part(TimePoint now) {
  if (!parting_->is_serving(now)) {
    links_.stop();
    disk_->let_go();
  }
  if (parting_->go_on(links_.size(), now)) return;
  close(fetch_.complete());
  disk_->let_go();
  parts_.parted(*this);
}

void TorrentFetch::refuse(const ContentId& content) {
  end({ErrorCode::invalid,
       content.hex() + " of it is blocked here; see: freshet block, freshet unblock"});
}

bool TorrentFetch::holds(const ContentId& content) const {
  if (parting_) {
    const FetchedTorrent& fetched = parting_->torrent();
    if ((fetched.content ? fetched.content : parts_.id_of(fetched.path)) == content) return true;
  }
  if (!wish_.layout) return false;
  const auto& files = wish_.layout->files;
  return std::any_of(
      files.begin(), files.end(), [&](const auto& file) { return file.content == content; });
}

bool TorrentFetch::take(TcpSocket&& socket, const Endpoint& from, ByteView came) {
  const bool is_served = !parting_ || parting_->is_serving(parts_.now());
  return !over_ && is_served && links_.take(std::move(socket), from, came);
}

void TorrentFetch::share(const store::FinishedTorrent& finished, std::function<void()> then) {
  if (!parts_.share_finished) {
    then();
    return;
  }
  if (finished.content) {
    parts_.library.add_finished(finished.path,
                                *finished.content,
                                [then = std::move(then)](const Result<store::FileRef>& added) {
                                  if (!added)
                                    spdlog::warn("torrent: not shared: {}", added.error().message);
                                  then();
                                });
    return;
  }
  share_fetched_folder(parts_.library, finished.path, finished.has_others);
  then();
}

void TorrentFetch::end(const Error& error) {
  if (over_) return;
  spdlog::warn("torrent {} failed: {}", wish_.name.hex(), error.message);
  pause();
  for (const Watcher& watcher : std::exchange(watchers_, {})) watcher.observer->failed(error);
  parts_.over(wish_.name);
}

void TorrentFetch::close(bool completed) {
  if (std::exchange(over_, true)) return;
  if (!completed) disk_->stop();
  if (mesh_) mesh_->drop();
  timer_.cancel();
  resolver_.cancel();
  for (const auto& trackers : trackers_) trackers->stop(completed);
  links_.stop();
}

void TorrentFetch::pause() {
  if (mesh_) mesh_->leave();
  close(false);
  disk_->pause();
}

void TorrentFetch::stop() {
  close(false);
  if (parting_) disk_->let_go();
}

void TorrentFetch::sync() {
  disk_->sync();
}

}  // namespace freshet::io

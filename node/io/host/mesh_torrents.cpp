#include "node/io/host/mesh_torrents.h"

#include <asio/io_context.hpp>

#include "node/wire/overlay/publication.h"

namespace freshet::io {

namespace cb = core::bittorrent;

MeshTorrents::MeshTorrents(asio::io_context& io, std::string folder, Parts parts)
    : parts_(std::move(parts)),
      pool_(io, 1, true),
      others_(pool_, std::move(folder), parts_.now),
      checks_(pool_, for_checks()),
      offers_(io, checks_, for_offers()),
      sources_(io, parts_.mesh.dialer, for_sources()) {}

// NOLINTNEXTLINE(bugprone-exception-escape): as those of its parts
MeshTorrents::~MeshTorrents() {
  stop();
}

RecordChecks::Parts MeshTorrents::for_checks() {
  return {.library = parts_.library,
          .folders = parts_.folders,
          .now = parts_.now,
          .is_blocked = parts_.mesh.is_blocked,
          .checked = [this](const AskedTorrent& asked, std::optional<store::Published> torrent) {
            if (const auto own = adopting_.find(asked.name); own != adopting_.end())
              own->second = true;
            offers_.on_checked(asked, std::move(torrent));
          }};
}

TorrentOffers::Parts MeshTorrents::for_offers() {
  return {.find =
              [this](const InfoHash& name) {
                auto own = parts_.find_own(name);
                return own ? own : others_.find(name);
              },
          .has = [this](const ContentId& content) { return is_here(content); },
          .has_room = [this](const ContentId& content) { return has_room(content); },
          .serve =
              [this](store::Published torrent) {
                others_.add(std::move(torrent));
              }};
}

TorrentSources::Parts MeshTorrents::for_sources() {
  return {.now = parts_.now,
          .flood = parts_.mesh.flood,
          .is_blocked = parts_.mesh.is_blocked,
          .record_of = [this](const cb::TorrentPtr& torrent) {
            return record_of(torrent->content, torrent->names.one(), torrent->encoded_info);
          }};
}

void MeshTorrents::stop() {
  sources_.stop();
  offers_.stop();
  checks_.stop();
  pool_.stop();
}

bool MeshTorrents::has_room(const ContentId& content) const {
  return parts_.own_count() + others_.size() < parts_.max_torrents && others_.has_room(content);
}

bool MeshTorrents::is_here(const ContentId& content) const {
  return (parts_.library.has(content) || parts_.folders.has(content))
         && !parts_.is_blocked(content);
}

// Once, whatever comes of it: it costs a reading of all its files.
bool MeshTorrents::adopt(const ContentId& content, const InfoHash& name, const Bytes& info) {
  const AskedTorrent asked{.name = name, .content = content};
  const auto known = adopting_.find(name);
  const bool is_checked = known != adopting_.end() && known->second;
  const bool is_over = is_checked || parts_.find_own(name) || others_.find(name)
                       || !has_room(content) || checks_.would_be_vain(asked, {});
  if (is_over) {
    adopting_.erase(name);
    return true;
  }
  if (known == adopting_.end() && is_here(content) && checks_.has_room()) {
    adopting_.emplace(name, false);
    if (!checks_.is_checking(asked))
      checks_.check({.bytes = record_of(content, name, info), .asked = asked, .sender = {}});
  }
  return false;
}

cb::TorrentPtr MeshTorrents::find(const InfoHash& name) {
  auto found = others_.find(name);
  return found && is_here(found->content) ? found : nullptr;
}

// Under this node's own key, whoever published it first: it has checked it.
Bytes MeshTorrents::record_of(const ContentId& content,
                              const InfoHash& name,
                              const Bytes& info) const {
  const Bytes record = wire::encode_publication(
      {.publisher = parts_.mesh.self, .content = content, .info_hash = name, .info = info});
  const Bytes signature = parts_.mesh.signer->sign(kPublicationLabel, record);
  return signature.empty() ? Bytes() : wire::encode_signed_publication(record, signature);
}

void MeshTorrents::count(const MeshTorrents* mesh,
                         std::vector<std::pair<std::string, std::uint64_t>>& all) {
  all.emplace_back("torrents_of_others", mesh == nullptr ? 0 : mesh->others_.size());
  all.emplace_back("torrents_of_others_forgotten", mesh == nullptr ? 0 : mesh->others_.forgotten());
  TorrentSources::count(mesh == nullptr ? TorrentSources::Counters{} : mesh->sources_.counters(),
                        all);
  TorrentOffers::count(mesh == nullptr ? TorrentOffers::Counters{} : mesh->offers_.counters(), all);
  RecordChecks::count(mesh == nullptr ? RecordChecks::Counters{} : mesh->checks_.counters(), all);
}

void MeshTorrents::add_limits(Limits& limits) const {
  limits.push_back(
      {.name = "torrents_of_others", .value = OthersTorrents::kMaxTorrents, .use = others_.size()});
  limits.push_back({.name = "torrents_of_others_bytes",
                    .value = OthersTorrents::kMaxBytes,
                    .use = others_.bytes()});
  limits.push_back({.name = "torrents_of_others_per_content",
                    .value = OthersTorrents::kMaxPerContent,
                    .use = std::nullopt});
  sources_.add_limits(limits);
  offers_.add_limits(limits);
  checks_.add_limits(limits);
}

}  // namespace freshet::io

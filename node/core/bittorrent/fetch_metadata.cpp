// What a fetch asks for before its pieces: the info dictionary, and piece layers of v2.
#include <algorithm>
#include <utility>

#include "node/base/check.h"
#include "node/core/bittorrent/fetch.h"

namespace freshet::core::bittorrent {

// Of one peer at a time, for it is small: of whom it was asked in vain the fewest times.
void Fetch::ask_for_metadata() {
  if (has_metadata_) return;
  const auto asks = [](const auto& each) {
    return each.second->is_asking_metadata();
  };
  if (std::any_of(links_.begin(), links_.end(), asks)) return;
  FetchLink* best = nullptr;
  std::uint32_t fewest = 0;
  for (auto& [number, link] : links_) {
    if (link->over() || !link->offers_metadata()) continue;
    const std::uint32_t failures = book_.metadata_failures(number);
    if (best != nullptr && failures >= fewest) continue;
    best = link.get();
    fewest = failures;
  }
  if (best != nullptr) best->ask_metadata(fewest);
}

void Fetch::on_no_metadata(FetchLink& link, bool bad) {
  book_.count_metadata_failure(link.number());
  if (bad) ban(link.number());
  ask_for_metadata();
}

void Fetch::on_metadata(FetchLink& /*link*/, const Bytes& info) {
  if (std::exchange(has_metadata_, true)) return;
  host_.on_metadata(info);
}

void Fetch::ask_layers(const wire::bt::TorrentLayout& layout, TimePoint now) {
  FRESHET_CHECK(!plan_ && layout.lacks_layers());
  now_ = now;
  has_metadata_ = true;
  layers_ = std::make_unique<LayerDownload>(layout);
  ask_for_layers();
}

// Of one peer at a time, as metadata is.
void Fetch::ask_for_layers() {
  if (!layers_) return;
  if (asking_) {
    const FetchLink* link = find(asking_->peer);
    const bool is_there = link != nullptr && !link->over();
    const bool is_late =
        now_ - asking_->heard_at >= config_.metadata_patience || now_ >= asking_->due_at;
    if (is_there && !is_late) return;
    give_up_layers();
  }
  FetchLink* best = nullptr;
  for (auto& [number, link] : links_) {
    if (!link->is_shaken() || link->over()) continue;
    const auto due = layers_due_.find(number);
    if (due != layers_due_.end() && now_ < due->second) continue;
    const bool is_better =
        best == nullptr
        || book_.metadata_failures(number) < book_.metadata_failures(best->number());
    if (is_better) best = link.get();
  }
  if (best == nullptr) return;
  asking_ = LayerAsking{
      .peer = best->number(), .heard_at = now_, .due_at = now_ + time_for_layers(best->number())};
  request_layers(*best);
}

// A peer that lets them drip is left for another, who goes on with what is lacked then.
Duration Fetch::time_for_layers(PeerNumber peer) const {
  const std::uint64_t parts = 1 + layers_->lacked_bytes() / config_.layer_bytes_in_time;
  return doubled(config_.metadata_time, book_.metadata_failures(peer))
         * static_cast<std::int64_t>(parts);
}

void Fetch::request_layers(FetchLink& link) {
  while (const auto request = layers_->next()) link.ask_hashes(*request);
}

void Fetch::give_up_layers() {
  const PeerNumber peer = asking_->peer;
  asking_.reset();
  layers_->give_back();
  book_.count_metadata_failure(peer);
  layers_due_[peer] = now_ + config_.metadata_pause * book_.metadata_failures(peer);
}

void Fetch::on_hashes(FetchLink& link, const wire::bt::Hashes& hashes) {
  if (!asking_ || asking_->peer != link.number()) {
    link.offend();
    return;
  }
  switch (layers_->take(hashes)) {
    case LayerDownload::Taken::more:
      asking_->heard_at = now_;
      request_layers(link);
      return;
    case LayerDownload::Taken::unasked:
      link.offend();
      return;
    case LayerDownload::Taken::bad:
      ++counters_.metadata_bad;
      ban(link.number());
      ask_for_layers();
      return;
    case LayerDownload::Taken::whole:
      break;
  }
  ++counters_.layers_fetched;
  asking_.reset();
  host_.on_layers(std::exchange(layers_, nullptr)->layout());
}

void Fetch::on_hash_reject(FetchLink& link, const wire::bt::HashRequest& request) {
  if (!asking_ || asking_->peer != link.number() || !layers_->is_asked(request)) {
    link.offend();
    return;
  }
  give_up_layers();
  ask_for_layers();
}

}  // namespace freshet::core::bittorrent

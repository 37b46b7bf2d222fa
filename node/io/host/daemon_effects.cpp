#include <algorithm>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "node/base/overloaded.h"
#include "node/core/search/file_filter.h"
#include "node/io/host/node_daemon.h"

namespace freshet::io {

void NodeDaemon::perform(core::Effect& effect, const core::EffectBuffer& buffer) {
  if (auto* overlay = std::get_if<co::Effect>(&effect)) {
    if (!perform_here(*overlay)) overlay_links_->perform(*overlay, buffer);
  } else if (auto* transfer = std::get_if<ct::Effect>(&effect)) {
    perform_transfer(*transfer);
  } else if (auto* search = std::get_if<cs::Effect>(&effect)) {
    perform_search(*search);
  }
}

// False when the effect is one for the links.
bool NodeDaemon::perform_here(const co::Effect& effect) {
  if (std::holds_alternative<co::NeedWords>(effect)) {
    words_are_wanted_ = true;
    tell_words();
  } else if (const auto* called = std::get_if<co::Called>(&effect)) {
    relays_->called(*called);
  } else if (const auto* banned = std::get_if<co::Banned>(&effect)) {
    on_banned(*banned);
  } else if (const auto* heard = std::get_if<co::BlockListHeard>(&effect)) {
    blocks_->on_heard(*heard);
  } else if (const auto* tallied = std::get_if<co::Tallied>(&effect)) {
    searches_->on_tallied(*tallied);
  } else if (std::holds_alternative<co::LinkEstablished>(effect)) {
    asio::post(io_, [this] { on_joined(); });  // once the links know of it
    return false;
  } else {
    return perform_browse(effect) || perform_reach(effect);
  }
  return true;
}

// False when the effect is another one.
bool NodeDaemon::perform_browse(const co::Effect& effect) {
  if (const auto* asked = std::get_if<co::BrowseAsked>(&effect)) {
    pump_->deliver(co::Input(co::AnswerBrowse{
        .link = asked->link, .request = asked->request, .page = page_for(asked->browse)}));
  } else if (const auto* browsed = std::get_if<co::Browsed>(&effect)) {
    // Not from within: what comes of a page may ask for the next one.
    asio::post(io_, [this, answer = *browsed]() mutable {
      leave_out_blocked(answer.page.files);
      browses_->on_browsed(answer);
    });
  } else {
    return false;
  }
  return true;
}

wire::BrowsePage NodeDaemon::page_for(const wire::Browse& browse) {
  if (!options_.serves) {
    wire::BrowsePage none;
    none.state = wire::BrowseState::receive_only;
    ++browses_refused_;
    return none;
  }
  wire::BrowsePage page = library_->browse(browse);
  leave_out_blocked(page.files);
  page.addresses = described_;
  return page;
}

bool NodeDaemon::is_blocked(const wire::HitFile& file) const {
  return file.content && blocks_->has(*file.content);
}

// The first link: what a resumed download asked before, nobody heard.
void NodeDaemon::on_joined() {
  const auto& peers = overlay_links_->peers();
  const auto established = std::count_if(
      peers.begin(), peers.end(), [](const auto& peer) { return peer.second.established; });
  if (established == 1 && !leaving_) fetches_->ask_again();
}

// False when the effect is another one.
bool NodeDaemon::perform_reach(const co::Effect& effect) {
  const auto* asked = std::get_if<co::DialBack>(&effect);
  const auto* answered = std::get_if<co::DialBackAnswer>(&effect);
  if (asked == nullptr && answered == nullptr) return false;
  const LinkId link = asked != nullptr ? asked->link : answered->link;
  const auto peer = overlay_links_->peers().find(link.value);
  if (peer == overlay_links_->peers().end()) return true;
  const TlsLink& with = *peer->second.link;
  if (asked != nullptr) {
    reachability_->dial_back(*asked, with.peer(), with.remote());
  } else {
    reachability_->on_answer(
        {.peer = with.peer(), .address = with.remote().to_string(), .answer = *answered});
  }
  return true;
}

void NodeDaemon::tell_words() {
  if (!words_are_wanted_) return;
  std::vector<std::uint32_t> hashes;
  if (options_.serves) {
    hashes = library_->word_hashes();
    const auto more = folders_->word_hashes();  // a share's own name is in no path of a file
    hashes.insert(hashes.end(), more.begin(), more.end());
  }
  pump_->deliver(co::Input(co::SetWords{.hashes = std::move(hashes)}));
}

void NodeDaemon::perform_search(cs::Effect& effect) {
  if (const auto* lookup = std::get_if<cs::Lookup>(&effect)) {
    look_up(*lookup);
  } else if (const auto* hit = std::get_if<cs::Hit>(&effect)) {
    searches_->on_hit(*hit);
    if (testbed_) testbed_->on_hit(*hit);
  } else if (auto* seal = std::get_if<cs::Seal>(&effect)) {
    Bytes body = seals_.seal(std::move(seal->record), pump_->now());
    if (!body.empty())
      pump_->deliver(cs::Input(cs::Sealed{.lookup = seal->lookup, .body = std::move(body)}));
  } else if (auto* judge = std::get_if<cs::Judge>(&effect)) {
    judge_hit(*judge);
  }
}

void NodeDaemon::leave_out_blocked(std::vector<wire::HitFile>& files) {
  blocked_files_ +=
      std::erase_if(files, [&](const wire::HitFile& file) { return is_blocked(file); });
}

void NodeDaemon::leave_out_blocked(std::vector<wire::BrowsedFile>& files) {
  blocked_files_ +=
      std::erase_if(files, [&](const wire::BrowsedFile& file) { return is_blocked(file.file); });
}

void NodeDaemon::look_up(const cs::Lookup& lookup) {
  if (!options_.serves && !node_->overlay().is_own(lookup.lookup)) return;
  // Nearly always: nothing is copied.
  if (library_->lacks_a_word_of(lookup.query) && folders_->lacks_a_word_of(lookup.query)) return;
  const auto query = wire::decode_query(lookup.query);
  if (!query || (query->filter && !cs::is_for_node(*query->filter, key(), options_.name))) return;
  auto files = folders_->lookup(*query, lookup.limit);
  if (files.size() < lookup.limit) {
    auto single = library_->lookup(
        lookup.lookup, *query, lookup.limit - static_cast<std::uint32_t>(files.size()));
    std::move(single.begin(), single.end(), std::back_inserter(files));
  }
  if (files.empty() && query->content && !node_->overlay().is_own(lookup.lookup)) {
    // Those who fetch the same find each other, and share what the seed sent.
    if (auto part = fetches_->offer(*query->content)) files.push_back(std::move(*part));
  }
  leave_out_blocked(files);
  if (files.empty()) return;
  pump_->deliver(cs::Input(cs::Found{.lookup = lookup.lookup, .files = std::move(files)}));
}

void NodeDaemon::judge_hit(cs::Judge& judge) {
  // A testbed's nodes go by the simulator's keys, which nobody holds: nothing can be signed by
  // them.
  cs::HitVerdict verdict = testbed_ ? cs::HitVerdict::good : seals_.judge(judge.hit, pump_->now());
  wire::HitRecord& record = judge.hit.record;
  const bool had_files = !record.files.empty();
  leave_out_blocked(record.files);
  const bool is_blocked = blocks_->has(record.node) || (had_files && record.files.empty());
  if (verdict == cs::HitVerdict::good && is_blocked) verdict = cs::HitVerdict::blocked;
  pump_->deliver(cs::Input(cs::Judged{.guid = judge.guid,
                                      .hops = judge.hops,
                                      .verdict = verdict,
                                      .record = std::move(judge.hit.record),
                                      .token = judge.token,
                                      .is_cached = judge.hit.cached_hops != 0}));
}

void NodeDaemon::perform_transfer(ct::Effect& effect) {
  std::visit(Overloaded{
                 [&](ct::KeepBlock& it) { transfer_links_->keep_block(it); },
                 [&](ct::Send& it) { transfer_links_->send(it); },
                 [&](ct::SendBlock& it) { send_block(it); },
                 [&](ct::Verify& it) { pieces_->verify(it); },
                 [&](ct::Dial& it) { dial_source(it); },
                 [&](ct::DialThrough& it) { dial_through(it); },
                 [](ct::AskPush&) {},  // the node hands it to its overlay
                 [&](ct::Close& it) { transfer_links_->close(it); },
                 [&](ct::DropPiece& it) { pieces_->drop(it); },
                 [&](ct::CheckBlock& it) { pieces_->check(it); },
                 [&](ct::VerifyBlocks& it) { pieces_->verify_blocks(it); },
                 [&](ct::ReadHashes& it) { pieces_->read_hashes(it); },
                 [&](ct::Open& it) { open_content(it); },
                 [&](ct::Release& it) { pieces_->release(it.content); },
                 [&](ct::PrepareStorage& it) { pieces_->prepare(it); },
                 [&](ct::Progress& it) { fetches_->on_progress(it); },
                 [&](ct::FetchDone& it) { fetches_->on_done(it); },
                 [&](ct::FetchFailed& it) { fetches_->on_failed(it); },
                 [&](ct::NeedSources& it) { fetches_->on_need_sources(it.content); },
             },
             effect);
}

// A peer wants something of this content.
void NodeDaemon::open_content(const ct::Open& open) {
  if (options_.serves && !blocks_->has(open.info_hash)) {
    pieces_->open(open);
    return;
  }
  ++blocked_opens_;
  pump_->deliver(ct::Input(ct::Opened{.link = open.link, .found = std::nullopt}));
}

void NodeDaemon::send_block(const ct::SendBlock& send) {
  if (blocks_->has(send.content)) {
    ++blocked_links_;
    transfer_links_->abort(send.link);
  } else {
    transfer_links_->send_block(send);
  }
}

void NodeDaemon::dial_source(const ct::Dial& dial) {
  if (blocks_->has(dial.expected)) {
    pump_->deliver(ct::Input(ct::DialFailed{.dial = dial.dial}));
  } else {
    transfer_links_->dial(dial);
  }
}

void NodeDaemon::dial_through(const ct::DialThrough& dial) {
  if (blocks_->has(dial.expected)) {
    pump_->deliver(ct::Input(ct::DialFailed{.dial = dial.dial}));
  } else {
    relays_->dial(dial);
  }
}

void NodeDaemon::on_blocked(const Blockable& what) {
  if (const auto* node = std::get_if<NodeKey>(&what)) transfer_links_->abort(*node);
  if (const auto* content = std::get_if<ContentId>(&what)) {
    torrents_->withdraw(*content);
    torrent_fetches_->withdraw(*content);
  }
}

}  // namespace freshet::io

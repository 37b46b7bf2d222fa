// What --json prints for each thing that the daemon says. The field names are a contract
// (DESIGN.md, section 6).
#pragma once

#include <nlohmann/json.hpp>

#include "node/api/messages.h"

namespace freshet::cli {

inline constexpr int kJsonSchema = 1;

nlohmann::json json_of(const api::Hashing& hashing);
nlohmann::json json_of(const api::StatusInfo& status);
nlohmann::json json_of(const api::PeerList& peers);
nlohmann::json json_of(const api::Joined& joined);
/// Bytes a second; null without a limit.
nlohmann::json json_of(const api::RateInfo& rates);
nlohmann::json json_of(const api::ShareLines& shares);
nlohmann::json json_of(const api::ShareCount& count);
nlohmann::json json_of(const api::Hit& hit);
nlohmann::json json_of(const api::SearchDone& done);
nlohmann::json json_of(const api::BrowseDone& done);
nlohmann::json json_of(const api::GetProgress& progress);
nlohmann::json json_of(const api::GetDone& done);
nlohmann::json json_of(const api::DownloadList& downloads);
nlohmann::json json_of(const api::BlockInfos& infos);
nlohmann::json json_of(const api::TorrentText& text);

std::string_view word_for(api::Direction direction);
std::string_view word_for(api::DownloadState state);
std::string_view word_for(api::BrowseDone::Outcome outcome);

}  // namespace freshet::cli

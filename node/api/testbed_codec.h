// The testbed's part of the codec: structs to the generated messages and back.
#pragma once

#include <optional>

#include "node/api/messages.h"

#include "freshet/control/v1/control.pb.h"

namespace freshet::api {

void write(const TestbedRunRequest& from, control::v1::Request& to);
void write(const TestbedLinkRequest& from, control::v1::Request& to);
void write(const TestbedAskRequest& from, control::v1::Request& to);
void write(const io::testbed::News& from, control::v1::Reply& to);

// nullopt: beyond a limit, or not what it should be.
std::optional<Request> read(const control::v1::TestbedRun& from);
std::optional<Request> read(const control::v1::TestbedLink& from);
std::optional<Request> read(const control::v1::TestbedAsk& from);
std::optional<Reply> read(const control::v1::TestbedNews& from);

}  // namespace freshet::api

#include "node/cli/metadata/read_media.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include <MediaInfo/MediaInfo.h>
#include <unistd.h>

namespace freshet::cli {
namespace {

using MediaInfoLib::MediaInfo;

constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr std::size_t kFinished = 8;  // bit 3 of what Open_Buffer_Continue() gives
constexpr ZenLib::int64u kGoesOn = static_cast<ZenLib::int64u>(-1);

void append_utf8(char32_t c, std::string& to) {
  const auto byte = [&](char32_t bits) {
    to += static_cast<char>(bits);
  };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | c >> 6U);
    byte(0x80 | (c & 0x3FU));
  } else if (c < 0x10000) {
    byte(0xE0 | c >> 12U);
    byte(0x80 | (c >> 6U & 0x3FU));
    byte(0x80 | (c & 0x3FU));
  } else {
    byte(0xF0 | (c >> 18U & 0x07U));
    byte(0x80 | (c >> 12U & 0x3FU));
    byte(0x80 | (c >> 6U & 0x3FU));
    byte(0x80 | (c & 0x3FU));
  }
}

// Cut at a character, so that it stays UTF-8.
template <std::size_t kRoom>
void put(const std::wstring& text, char (&to)[kRoom]) {  // NOLINT(modernize-avoid-c-arrays)
  std::string all;
  for (const wchar_t c : text) {
    std::string one;
    append_utf8(static_cast<char32_t>(c), one);
    if (all.size() + one.size() >= kRoom) break;
    all += one;
  }
  std::copy(all.begin(), all.end(), to);
}

std::uint64_t number(const std::wstring& text) {
  return std::wcstoull(text.c_str(), nullptr, 10);
}

// The library says where it wants to read on; a file is not read from end to end.
void feed(MediaInfo& info, int file, std::uint64_t size) {
  std::array<ZenLib::int8u, kChunkBytes> chunk{};
  std::uint64_t at = 0;
  info.Open_Buffer_Init(size, 0);
  for (std::size_t total = 0; total < kMaxReadBytes;) {
    const ssize_t got = pread(file, chunk.data(), chunk.size(), static_cast<off_t>(at));
    if (got <= 0) break;
    total += static_cast<std::size_t>(got);
    at += static_cast<std::uint64_t>(got);
    const std::size_t state =
        info.Open_Buffer_Continue(chunk.data(), static_cast<std::size_t>(got));
    if ((state & kFinished) != 0) break;
    const ZenLib::int64u wanted = info.Open_Buffer_Continue_GoTo_Get();
    if (wanted == kGoesOn) continue;
    if (wanted >= size) break;
    at = wanted;
    info.Open_Buffer_Init(size, at);
  }
  info.Open_Buffer_Finalize();
}

std::uint64_t pixels(const MediaInfo& info, const wchar_t* of) {
  auto& get = const_cast<MediaInfo&>(info);  // the library's getters are not const
  const std::uint64_t video = number(get.Get(MediaInfoLib::Stream_Video, 0, of));
  return video != 0 ? video : number(get.Get(MediaInfoLib::Stream_Image, 0, of));
}

}  // namespace

void read_media(int file, std::uint64_t size, RawMetadata& out) {
  MediaInfo info;
  info.Option(L"ParseSpeed", L"0");
  feed(info, file, size);
  const auto general = [&](const wchar_t* field) {
    return info.Get(MediaInfoLib::Stream_General, 0, field);
  };
  const std::wstring artist = general(L"Performer");
  put(artist.empty() ? general(L"Album/Performer") : artist, out.artist);
  put(general(L"Title"), out.title);
  put(general(L"Album"), out.album);
  out.duration_ms = number(general(L"Duration"));
  out.width = pixels(info, L"Width");
  out.height = pixels(info, L"Height");
}

}  // namespace freshet::cli

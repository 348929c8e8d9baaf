#include "data/png_text.hpp"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/error.hpp"
#include "data/files.hpp"

namespace scorefield::data {
namespace {

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
constexpr std::size_t kHeaderChunk = 25;  ///< bytes of IHDR, which comes first
constexpr std::size_t kFrame = 12;        ///< bytes of a chunk beside its content: length, type, checksum
constexpr std::size_t kMostKeyword = 79;
constexpr std::uint64_t kMostChunks = 1'000'000;
constexpr std::uint64_t kMostLength = 0x7FFF'FFFF;

/// CRC-32 of ISO 3309, as PNG takes it over type and content.
std::uint32_t crc32_of(const std::string& bytes) {
    return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

/// Four bytes, the highest first.
std::string big_endian(std::uint32_t value) {
    std::string bytes;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(value >> shift & 0xFFU);
    return bytes;
}

std::uint32_t big_endian_at(std::string_view bytes, std::size_t place) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<std::uint8_t>(bytes[place + i]);
    return value;
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char letter) { return static_cast<std::uint8_t>(letter) < 0x80; });
}

std::string chunk_of(const PngText& text) {
    const bool is_keyword = !text.keyword.empty() && text.keyword.size() <= kMostKeyword && is_ascii(text.keyword);
    if (!is_keyword || text.keyword.find('\0') != std::string::npos || text.text.find('\0') != std::string::npos) {
        throw std::invalid_argument("a PNG cannot hold such a text");
    }
    const bool plain = is_ascii(text.text);
    // iTXt: not compressed, of no language, without a translated keyword.
    const std::string between = plain ? std::string(1, '\0') : std::string(5, '\0');
    const std::string content = (plain ? "tEXt" : "iTXt") + text.keyword + between + text.text;
    return big_endian(static_cast<std::uint32_t>(content.size() - 4)) + content + big_endian(crc32_of(content));
}

[[noreturn]] void refuse_picture(const std::filesystem::path& path, const std::string& why) {
    throw base::request_error("cannot read PNG", path.string(), why, "give a PNG that Scorefield has written");
}

/// The text of a chunk's content behind its keyword and a zero byte.
std::string text_in(const std::filesystem::path& path, std::string_view type, std::string_view rest) {
    if (type == "tEXt") return std::string(rest);
    if (rest.size() < 2) refuse_picture(path, "a text in it ends early");
    if (rest[0] != 0) refuse_picture(path, "its text is compressed");
    std::size_t place = 2;
    for (int skipped = 0; skipped < 2; ++skipped) {
        place = rest.find('\0', place);
        if (place == std::string_view::npos) refuse_picture(path, "a text in it ends early");
        ++place;
    }
    return std::string(rest.substr(place));
}

}  // namespace

std::vector<std::uint8_t> with_texts(std::span<const std::uint8_t> png, std::span<const PngText> texts) {
    const std::size_t front = kSignature.size() + kHeaderChunk;
    const auto same = [](std::uint8_t byte, char letter) { return byte == static_cast<std::uint8_t>(letter); };
    if (png.size() < front || !std::ranges::equal(png.first(kSignature.size()), kSignature, same)) {
        throw std::invalid_argument("these bytes are no PNG");
    }
    std::vector<std::uint8_t> bytes(png.begin(), png.begin() + static_cast<std::ptrdiff_t>(front));
    for (const PngText& text : texts) {
        const std::string chunk = chunk_of(text);
        bytes.insert(bytes.end(), chunk.begin(), chunk.end());
    }
    bytes.insert(bytes.end(), png.begin() + static_cast<std::ptrdiff_t>(front), png.end());
    return bytes;
}

std::optional<std::string> png_text(const std::filesystem::path& path, std::string_view keyword, std::uint64_t most) {
    InputFile file(path, "PNG");
    std::uint64_t left = file.size();
    if (left < kSignature.size() || file.read(kSignature.size()) != kSignature) refuse_picture(path, "it is no PNG");
    left -= kSignature.size();
    for (std::uint64_t chunks = 0; chunks < kMostChunks; ++chunks) {
        if (left < kFrame) refuse_picture(path, "it ends early");
        const std::string head = file.read(8);
        const std::uint64_t length = big_endian_at(head, 0);
        const std::string type = head.substr(4);
        if (length > kMostLength || length > left - kFrame) refuse_picture(path, "it ends early");
        left -= length + kFrame;
        if (type == "IEND") return std::nullopt;
        const std::uint64_t most_of_chunk = most + kMostKeyword + kMostKeyword;
        if ((type != "tEXt" && type != "iTXt") || length <= keyword.size()) {
            file.skip(length + 4);
            continue;
        }
        const std::string start = file.read(keyword.size() + 1);
        if (start != std::string(keyword) + '\0') {
            file.skip(length + 4 - start.size());
            continue;
        }
        if (length > most_of_chunk) refuse_picture(path, fmt::format("its text has more than {} bytes", most));
        const std::string rest = file.read(length - start.size());
        const bool is_whole = big_endian_at(file.read(4), 0) == crc32_of(fmt::format("{}{}{}", type, start, rest));
        if (!is_whole) refuse_picture(path, "its text is damaged");
        std::string text = text_in(path, type, rest);
        if (text.size() > most) refuse_picture(path, fmt::format("its text has more than {} bytes", most));
        return text;
    }
    refuse_picture(path, "it has too many parts");
}

}  // namespace scorefield::data

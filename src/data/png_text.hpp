#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scorefield::data {

/// A text that a PNG carries beside its pixels (PNG, third edition, 11.3.3): the keyword has 1 … 79 ASCII letters.
struct PngText {
    std::string keyword;
    std::string text;  ///< UTF-8 without zero bytes

    bool operator==(const PngText&) const = default;
};

/// The PNG with these texts in front of its pixels: as tEXt where a text is ASCII, else as iTXt. std::invalid_argument
/// for bytes that are no PNG, and for keywords and texts that a PNG cannot hold.
std::vector<std::uint8_t> with_texts(std::span<const std::uint8_t> png, std::span<const PngText> texts);

/// The first text of a PNG file with this keyword; none if there is none. Reads no pixels. Throws base::Error (request)
/// naming the file: unreadable, no PNG, or damaged up to there, and where the text is compressed or longer than `most`
/// bytes.
std::optional<std::string> png_text(const std::filesystem::path& path, std::string_view keyword, std::uint64_t most);

}  // namespace scorefield::data

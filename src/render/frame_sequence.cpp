#include "render/frame_sequence.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "render/png_file.hpp"

namespace scorefield::render {

FrameSequence::FrameSequence(const std::filesystem::path& folder, base::NumberedNames names, bool own_folder,
                             std::vector<data::PngText> texts)
    : folder_(folder),
      names_(std::move(names)),
      own_folder_(own_folder),
      texts_(std::move(texts)),
      staged_(folder, "frames") {}

void FrameSequence::write(const Picture& picture) {
    const std::string name = names_.name(count_);
    const std::vector<std::uint8_t> bytes = encode_png(folder_ / name, picture, texts_);
    staged_.write(name, bytes.data(), bytes.size());
    ++count_;
}

void FrameSequence::finish() {
    staged_.commit([&](std::string_view name) {
        const std::optional<std::uint64_t> number = names_.number_of(name);
        return own_folder_ && number && *number >= count_;
    });
}

}  // namespace scorefield::render

#include "viewer/damage.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <utility>

namespace scorefield::viewer {
namespace {

/// One axis of the window.
struct Axis {
    float pixels;  ///< per unit
    float end;     ///< in pixels

    /// The scissor that imgui_impl_vulkan makes of a command's clip: it rounds begin and length down.
    std::pair<int, int> scissor(float from, float to) const {
        const float begin = std::max(0.0f, from * pixels);
        const auto first = static_cast<int>(begin);
        return {first, first + static_cast<int>(std::min(to * pixels, end) - begin)};
    }
    bool is_exact(int pixel) const {
        const auto whole = static_cast<float>(pixel);
        return whole / pixels * pixels == whole;
    }
    /// A clip with the scissor `wanted`: a part of the scissor of from … to, with the same begin or one that is_exact.
    std::pair<float, float> clip(float from, float to, std::pair<int, int> wanted) const {
        constexpr float kMargin = 0.25f;  // pixels, so that rounding down loses none
        const auto [first, last] = scissor(from, to);
        if (first == wanted.first && last == wanted.second) return {from, to};
        const float begin = first == wanted.first ? std::max(0.0f, from * pixels) : static_cast<float>(wanted.first);
        return {first == wanted.first ? from : begin / pixels,
                (begin + static_cast<float>(wanted.second - wanted.first) + kMargin) / pixels};
    }
};

/// From the units of Dear ImGui, whose origin is the window's, to pixels and back.
struct Scale {
    Axis x, y;

    explicit Scale(const ImDrawData& data)
        : x{data.FramebufferScale.x, std::trunc(data.DisplaySize.x * data.FramebufferScale.x)},
          y{data.FramebufferScale.y, std::trunc(data.DisplaySize.y * data.FramebufferScale.y)} {}

    /// Every pixel that the rectangle touches.
    PixelRect touched(const ImVec4& rect) const {
        return {static_cast<int>(std::floor(rect.x * x.pixels)), static_cast<int>(std::floor(rect.y * y.pixels)),
                static_cast<int>(std::ceil(rect.z * x.pixels)), static_cast<int>(std::ceil(rect.w * y.pixels))};
    }
    PixelRect scissor(const ImVec4& clip) const {
        const auto [left, right] = x.scissor(clip.x, clip.z);
        const auto [top, bottom] = y.scissor(clip.y, clip.w);
        return {left, top, right, bottom};
    }
    /// What is left of a clip within a part.
    ImVec4 clip_within(const ImVec4& clip, const PixelRect& part) const {
        const PixelRect wanted = scissor(clip).within(part);
        const auto [left, right] = x.clip(clip.x, clip.z, {wanted.left, wanted.right});
        const auto [top, bottom] = y.clip(clip.y, clip.w, {wanted.top, wanted.bottom});
        return {left, top, right, bottom};
    }
    /// Wider where its begin would be rounded.
    PixelRect exact(PixelRect rect) const {
        while (rect.left > 0 && !x.is_exact(rect.left)) --rect.left;
        while (rect.top > 0 && !y.is_exact(rect.top)) --rect.top;
        return rect;
    }
};

ImVec4 bounds_of(const std::array<ImDrawVert, 3>& corners) {
    const auto [left, right] = std::minmax({corners[0].pos.x, corners[1].pos.x, corners[2].pos.x});
    const auto [top, bottom] = std::minmax({corners[0].pos.y, corners[1].pos.y, corners[2].pos.y});
    return {left, top, right, bottom};
}

std::array<ImDrawVert, 3> corners_of(const ImDrawList& list, const ImDrawCmd& command, unsigned triangle) {
    const auto corner = [&](unsigned i) {
        const ImDrawIdx index = list.IdxBuffer[static_cast<int>(command.IdxOffset + 3 * triangle + i)];
        return list.VtxBuffer[static_cast<int>(command.VtxOffset + index)];
    };
    return {corner(0), corner(1), corner(2)};
}

/// Where a triangle is seen.
PixelRect place_of(const Scale& scale, const std::array<ImDrawVert, 3>& corners, const ImVec4& clip) {
    return scale.touched(bounds_of(corners)).within(scale.scissor(clip));
}

template <class Use>
void for_each_command(const ImDrawData& data, const Use& use) {
    for (ImDrawList* const list : std::span(data.CmdLists, static_cast<std::size_t>(data.CmdListsCount))) {
        for (ImDrawCmd& command : list->CmdBuffer) use(*list, command);
    }
}

}  // namespace

PixelRect PixelRect::within(const PixelRect& other) const {
    return {std::max(left, other.left), std::max(top, other.top), std::min(right, other.right),
            std::min(bottom, other.bottom)};
}

PixelRect PixelRect::joined(const PixelRect& other) const {
    if (empty()) return other;
    if (other.empty()) return *this;
    return {std::min(left, other.left), std::min(top, other.top), std::max(right, other.right),
            std::max(bottom, other.bottom)};
}

std::vector<PixelRect> beside(const PixelRect& whole, const PixelRect& hole) {
    const PixelRect inner = whole.within(hole);
    if (inner.empty()) return {whole};
    const std::array rects = {PixelRect{whole.left, whole.top, whole.right, inner.top},
                              PixelRect{whole.left, inner.bottom, whole.right, whole.bottom},
                              PixelRect{whole.left, inner.top, inner.left, inner.bottom},
                              PixelRect{inner.right, inner.top, whole.right, inner.bottom}};
    std::vector<PixelRect> parts;
    std::ranges::copy_if(rects, std::back_inserter(parts), [](const PixelRect& rect) { return !rect.empty(); });
    return parts;
}

bool Damage::Triangle::operator==(const Triangle& other) const {
    const auto same = [](const ImDrawVert& a, const ImDrawVert& b) {
        return a.pos.x == b.pos.x && a.pos.y == b.pos.y && a.uv.x == b.uv.x && a.uv.y == b.uv.y && a.col == b.col;
    };
    return std::ranges::equal(corners, other.corners, same) && clip.x == other.clip.x && clip.y == other.clip.y &&
           clip.z == other.clip.z && clip.w == other.clip.w;
}

const std::vector<PixelRect>& Damage::update(const ImDrawData& data, const PixelRect& window, const PixelRect& under) {
    std::swap(now_, before_);
    take(data);
    parts_.clear();
    const bool all = !known_ || window_ != window || now_.size() != before_.size();
    window_ = window;
    known_ = true;
    if (all) {
        parts_ = {window};
        return parts_;
    }
    const Scale scale(data);
    add(scale.exact(under));
    for (std::size_t i = 0; i < now_.size(); ++i) {
        const std::vector<Triangle>& now = now_[i].triangles;
        const std::vector<Triangle>& before = before_[i].triangles;
        const std::size_t most = now_[i].owner == before_[i].owner ? std::min(now.size(), before.size()) : 0;
        std::size_t first = 0;
        while (first < most && now[first] == before[first]) ++first;
        std::size_t last = 0;  // from the end
        while (last < most - first && now[now.size() - 1 - last] == before[before.size() - 1 - last]) ++last;
        PixelRect changed;
        for (const std::vector<Triangle>* list : {&now, &before}) {
            for (const Triangle& triangle : std::span(*list).subspan(first, list->size() - last - first)) {
                changed = changed.joined(place_of(scale, triangle.corners, triangle.clip));
            }
        }
        add(scale.exact(changed));
    }
    join_what_commands_span(data);
    return parts_;
}

void Damage::take(const ImDrawData& data) {
    now_.resize(static_cast<std::size_t>(data.CmdListsCount));
    for (std::size_t i = 0; i < now_.size(); ++i) {
        const ImDrawList& list = *data.CmdLists[i];
        now_[i].owner = list._OwnerName == nullptr ? "" : list._OwnerName;
        now_[i].triangles.clear();
        for (const ImDrawCmd& command : list.CmdBuffer) {
            for (unsigned t = 0; t < command.ElemCount / 3; ++t) {
                now_[i].triangles.push_back({corners_of(list, command, t), command.ClipRect});
            }
        }
    }
}

/// Joins the part with those that it meets.
void Damage::add(const PixelRect& part) {
    PixelRect joined = part.within(window_);
    if (joined.empty()) return;
    for (std::size_t i = 0; i < parts_.size();) {
        if (!parts_[i].meets(joined)) {
            ++i;
            continue;
        }
        joined = joined.joined(parts_[i]);
        parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(i));
        i = 0;
    }
    parts_.push_back(joined);
}

void Damage::join_what_commands_span(const ImDrawData& data) {
    const Scale scale(data);
    for (bool again = parts_.size() > 1; again;) {
        again = false;
        for_each_command(data, [&](const ImDrawList& list, const ImDrawCmd& command) {
            PixelRect seen = scale.scissor(command.ClipRect);
            const auto meets = [&](const PixelRect& part) { return part.meets(seen); };
            if (std::ranges::count_if(parts_, meets) < 2) return;
            seen = {};
            for (unsigned t = 0; t < command.ElemCount / 3; ++t) {
                seen = seen.joined(place_of(scale, corners_of(list, command, t), command.ClipRect));
            }
            if (std::ranges::count_if(parts_, meets) < 2) return;
            PixelRect joined;
            for (const PixelRect& part : parts_) {
                if (meets(part)) joined = joined.joined(part);
            }
            std::erase_if(parts_, meets);
            add(joined);
            again = true;
        });
    }
}

void restrict_to(ImDrawData& data, const std::vector<PixelRect>& parts) {
    const Scale scale(data);
    for_each_command(data, [&](const ImDrawList& list, ImDrawCmd& command) {
        const unsigned count = command.ElemCount / 3;
        for (const PixelRect& part : parts) {
            if (!part.meets(scale.scissor(command.ClipRect))) continue;
            const auto is_seen = [&](unsigned t) {
                return part.meets(place_of(scale, corners_of(list, command, t), command.ClipRect));
            };
            unsigned first = 0;
            while (first < count && !is_seen(first)) ++first;
            if (first == count) continue;
            unsigned end = count;
            while (!is_seen(end - 1)) --end;
            command.ClipRect = scale.clip_within(command.ClipRect, part);
            command.IdxOffset += 3 * first;
            command.ElemCount = 3 * (end - first);
            return;
        }
        command.ElemCount = 0;
        command.ClipRect = {0, 0, 0, 0};
    });
}

}  // namespace scorefield::viewer

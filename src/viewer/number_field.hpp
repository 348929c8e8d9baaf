#pragma once

#include <imgui.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace scorefield::viewer {

/// What a slider reaches, in the type of its value.
struct SliderEnds {
    const void* low = nullptr;
    const void* high = nullptr;
    bool logarithmic = false;
};

/// What the user did to a number in one frame.
struct NumberEdit {
    bool dragged = false;              ///< the slider moved the value
    bool released = false;             ///< it was let go after it had moved the value
    std::optional<std::string> typed;  ///< a text was typed to its end, by Enter, Tab or a click elsewhere
};

/// The text that is being typed in the place of a number, and what was refused. One text at a time is typed; the
/// interface owns it (ImGuiIO::UserData).
class TypedNumber {
  public:
    /// That of the current ImGui context.
    static TypedNumber& current() { return *static_cast<TypedNumber*>(ImGui::GetIO().UserData); }

    /// Why a typed text was not taken, for the user.
    void refuse(std::string why) { refusal_ = std::move(why); }
    std::optional<std::string> take_refusal() { return std::exchange(refusal_, std::nullopt); }

  private:
    friend NumberEdit number_field(const char* label, ImGuiDataType type, void* value, const char* format,
                                   const SliderEnds* ends);

    bool draw(const char* label, ImGuiID id, const std::string& shown);
    std::optional<std::string> take_typed(ImGuiID id);

    static constexpr std::size_t kMostText = 64;
    ImGuiID field_ = 0;  ///< that is typed into; 0: none
    int frame_ = 0;      ///< when it was drawn last
    std::string before_;
    std::array<char, kMostText> text_{};
    std::optional<std::string> refusal_;
};

/// Number input of ImGui `type`. With `ends`: a slider (Ctrl+click or Tab to type). Without: a text field. The caller
/// parses the text. Escape cancels.
NumberEdit number_field(const char* label, ImGuiDataType type, void* value, const char* format, const SliderEnds* ends);

}  // namespace scorefield::viewer

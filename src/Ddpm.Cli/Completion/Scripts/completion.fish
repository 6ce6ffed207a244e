# Completes ddpm in fish. In ~/.config/fish/config.fish:  ddpm completion fish | source
function __ddpm_answers
    set -l line (commandline --current-process --cut-at-cursor | string trim --left | string collect)
    set -g __ddpm_words (ddpm "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
    test (count $__ddpm_words) -gt 0
end
# Without an answer the shell completes the names of files.
complete --command ddpm --condition __ddpm_answers --no-files --arguments '$__ddpm_words'

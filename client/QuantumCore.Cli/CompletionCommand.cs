using System.CommandLine;

namespace QuantumCore.Cli;

/// <summary>
/// completion: shell completion scripts for qc. The scripts contain no commands: they ask qc, whose grammar responds
/// (the library's suggest directive), so they never go stale.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # bash: source <(qc completion bash)
        _qc() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(qc "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _qc qc
        """;

    private const string Zsh = """
        #compdef qc
        # zsh: source <(qc completion zsh), after compinit; or as _qc in a folder of $fpath
        _qc() {
            local line="${(j: :)words[1,CURRENT]}"
            local -a found
            found=("${(@f)$(qc "[suggest:${#line}]" "$line" 2>/dev/null)}")
            [[ -n "$found[1]" ]] && compadd -- "${found[@]}" || _files
        }
        compdef _qc qc
        """;

    private const string Fish = """
        # fish: qc completion fish | source
        function __qc_complete
            set -l line (commandline -cp)
            qc "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c qc -a '(__qc_complete)'
        """;

    internal static Command Compose(CommandLineApp app)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return app.Add(
            new Command("completion", "Print a script for command line completion in a shell.") { shell },
            """
            source <(qc completion bash)                 in ~/.bashrc; zsh likewise, after compinit
            qc completion fish | source                  in ~/.config/fish/config.fish
            """,
            async (parse, session, _) =>
            {
                await session.Screen.Output.WriteLineAsync(
                    parse.GetValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            });
    }
}

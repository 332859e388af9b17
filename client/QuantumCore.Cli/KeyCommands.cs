using System.CommandLine;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>keys: API keys of accounts.</summary>
internal static class KeyCommands
{
    internal static Command All(CommandLineApp app) =>
        new("keys", "API keys of accounts (administrator's key; demo-admin unless told otherwise).") { Create(app) };

    private static Command Create(CommandLineApp app)
    {
        var account = Grammar.Account();
        var signing = new Option<string>("--signing")
        {
            Description = "For the Binance Spot interface: hmac (a secret is made) or rsa (with --public-key)",
            HelpName = "hmac|rsa",
        };
        var publicKey = new Option<FileInfo>("--public-key")
        {
            Description = "With rsa: the file of the public key, PEM",
            HelpName = "file",
        };
        var readOnly = new Option<bool>("--read-only") { Description = "It sees orders and balances, and trades nothing; with --signing" };
        return app.Add(
            new Command("create", "Make an API key; it is shown this once.") { account, signing, publicKey, readOnly },
            """
            qc keys create ACC-1001                           a key for this API
            qc keys create ACC-1001 --signing hmac            a key and a secret for clients of the Binance Spot interface
            qc keys create ACC-1001 --signing rsa --public-key public.pem --read-only
            """,
            async (parse, session, cancellation) =>
            {
                var file = parse.GetValue(publicKey);
                var wanted = new NewApiKey
                {
                    Signing = parse.GetValue(signing),
                    PublicKey = file is null ? null : await File.ReadAllTextAsync(file.FullName, cancellation),
                    ReadOnly = parse.GetValue(readOnly),
                };
                var grant = await session.Administrator().CreateApiKeyAsync(parse.GetValue(account)!, wanted, cancellation);
                session.Screen.Show(grant, console =>
                {
                    console.WriteLine($"account  {grant.Account}");
                    console.WriteLine($"api key  {grant.ApiKey}");
                    if (grant.Secret is not null)
                        console.WriteLine($"secret   {grant.Secret}");
                });
                return ExitCodes.Done;
            });
    }
}

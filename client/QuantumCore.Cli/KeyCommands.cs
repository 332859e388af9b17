using System.CommandLine;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>keys: API keys of accounts.</summary>
internal static class KeyCommands
{
    internal static Command All(CommandLineApp app) =>
        new("keys", "API keys of accounts (administrator's key; default: demo-admin).")
        {
            Create(app),
            List(app),
            Revoke(app),
        };

    private static Command List(CommandLineApp app) => app.Add(
        new Command("list", "List the API keys that are not revoked."),
        "qc keys list",
        async (_, session, cancellation) =>
        {
            var keys = await session.Operator().Keys.GetAsync(cancellation);
            session.Screen.Show(
                keys,
                console => Tables.Show(
                    console, "no keys", ["id", "account", "label", "may", "signing", "from"], keys.Select(key => new[]
                    {
                        key.Id,
                        key.Account ?? "",
                        key.Label,
                        key.Administers ? "administer" : key.ReadOnly ? "read" : "trade",
                        key.Signing ?? "",
                        string.Join(' ', key.Addresses),
                    })));
        });

    private static Command Revoke(CommandLineApp app)
    {
        var id = new Argument<string>("id") { Description = "Id of the key, as in the list" };
        return app.Add(
            new Command("revoke", "Revoke an API key permanently.") { id },
            "qc keys revoke 2c26b46b68ffc68f",
            async (parse, session, cancellation) =>
            {
                var key = await session.Operator().Keys.RevokeAsync(parse.GetValue(id)!, cancellation);
                session.Screen.Show(
                    key,
                    console => console.WriteLine($"{key.Id} of {key.Account ?? key.Label} opens nothing any more."));
            });
    }

    private static Command Create(CommandLineApp app)
    {
        var account = Grammar.Account();
        var signing = new Option<string>("--signing")
        {
            Description = "For the Binance Spot interface: hmac (creates a secret), rsa or ed25519 (with --public-key)",
            HelpName = "hmac|rsa|ed25519",
        };
        var publicKey = new Option<FileInfo>("--public-key")
        {
            Description = "With rsa and ed25519: the file of the public key, PEM",
            HelpName = "file",
        };
        var readOnly = new Option<bool>("--read-only")
        {
            Description = "Read-only: sees orders and balances, but can't trade; with --signing",
        };
        var from = new Option<string[]>("--from")
        {
            Description = "Client IP or network that may use the key; repeat it for several [default: any]",
            HelpName = "address",
        };
        return app.Add(
            new Command("create", "Create an API key. It is shown only once.")
            {
                account, signing, publicKey, readOnly, from,
            },
            """
            qc keys create ACC-1001                           a key for this API
            qc keys create ACC-1001 --signing hmac            a key and a secret for clients of the Binance Spot interface
            qc keys create ACC-1001 --signing rsa --public-key public.pem --read-only
            qc keys create ACC-1001 --signing ed25519 --public-key public.pem
            qc keys create ACC-1001 --from 192.0.2.7 --from 10.0.0.0/8
            """,
            async (parse, session, cancellation) =>
            {
                var file = parse.GetValue(publicKey);
                var wanted = new NewApiKey
                {
                    Signing = parse.GetValue(signing),
                    PublicKey = file is null ? null : await File.ReadAllTextAsync(file.FullName, cancellation),
                    ReadOnly = parse.GetValue(readOnly),
                    Addresses = parse.GetValue(from) is { Length: > 0 } addresses ? addresses : null,
                };
                var grant =
                    await session.Operator().Keys.CreateAsync(parse.GetValue(account)!, wanted, cancellation);
                session.Screen.Show(grant, console =>
                {
                    console.WriteLine($"account  {grant.Account}");
                    console.WriteLine($"id       {grant.Id}");
                    console.WriteLine($"api key  {grant.ApiKey}");
                    if (grant.Secret is not null)
                        console.WriteLine($"secret   {grant.Secret}");
                });
            });
    }
}

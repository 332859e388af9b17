using System.CommandLine;
using System.Globalization;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>users: users who sign in with a password.</summary>
internal static class UserCommands
{
    internal static Command All(CommandLineApp app) =>
        new("users", "People who sign in with a password (administrator's key; default: demo-admin).")
        {
            List(app), Add(app), Set(app), SignOut(app), Audit(app),
        };

    private static Command List(CommandLineApp app) => app.Add(
        new Command("list", "Every user."),
        "qc users list",
        async (_, session, cancellation) =>
        {
            var users = await session.Operator().Users.GetAsync(cancellation);
            session.Screen.Show(
                users,
                console => Tables.Show(
                    console, "no users", ["name", "role", "account", "state", "codes"], users.Select(user => new[]
                    {
                        user.Name, Tables.Word(user.Role), user.Account ?? "", user.State,
                        user.Authenticator ? "yes" : "",
                    })));
        });

    private static Command Add(CommandLineApp app)
    {
        var (name, secret) = (Name(), PasswordFile());
        var role = Grammar.WordOption<UserRole>("--role", "The user's role");
        var account = new Option<string>("--account")
        {
            Description = "The account it trades for (default: none)",
            HelpName = "ACC-n",
        };
        secret.Required = true;
        return app.Add(
            new Command("add", "Add a user.") { name, secret, role, account },
            """
            qc users add dana --role administrator --password-file dana.txt
            qc users add zoe --account ACC-1005 --password-file zoe.txt
            """,
            async (parse, session, cancellation) =>
            {
                var user = new NewUser(
                    parse.GetValue(name)!,
                    await ReadAsync(parse.GetValue(secret)!, cancellation),
                    parse.GetValue(role) ?? UserRole.Customer,
                    parse.GetValue(account));
                Show(session, await session.Operator().Users.AddAsync(user, cancellation));
            });
    }

    private static Command Set(CommandLineApp app)
    {
        var (name, secret) = (Name(), PasswordFile());
        var role = Grammar.WordOption<UserRole>("--role", "Another role");
        var closed = new Option<bool?>("--closed")
        {
            Description = "It may not sign in any more (true), or again (false)",
            HelpName = "true|false",
        };
        var codes = new Option<bool>("--no-authenticator") { Description = "It signs in without codes" };
        var command = new Command("set", "Change one thing about a user.") { name, role, closed, secret, codes };
        Grammar.Changes(command, [role, closed, secret, codes]);
        return app.Add(
            command,
            """
            qc users set zoe --role risk
            qc users set zoe --closed true
            qc users set zoe --password-file zoe.txt       for one who forgot it; every session ends
            qc users set zoe --no-authenticator            for one who lost it
            """,
            async (parse, session, cancellation) =>
            {
                var file = parse.GetValue(secret);
                var change = new UserChange(
                    parse.GetValue(role),
                    parse.GetValue(closed) is { } isClosed ? (isClosed ? "closed" : "open") : null,
                    file is null ? null : await ReadAsync(file, cancellation),
                    parse.GetValue(codes) ? "none" : null);
                Show(
                    session,
                    await session.Operator().Users.ChangeAsync(parse.GetValue(name)!, change, cancellation));
            });
    }

    private static Command SignOut(CommandLineApp app)
    {
        var name = Name();
        return app.Add(
            new Command("sign-out", "End every session of a user.") { name },
            "qc users sign-out zoe",
            async (parse, session, cancellation) =>
            {
                var user = parse.GetValue(name)!;
                var isDone = await session.Operator().Users.SignOutAsync(user, cancellation);
                session.Screen.Show(
                    isDone,
                    console => console.WriteLine(isDone ? $"{user} is signed out." : $"{user} was signed in nowhere."));
            });
    }

    private static Command Audit(CommandLineApp app) => Log(
        app, new Command("audit", "Audit log of users, sessions, keys, owners, listings and terms, newest first."),
        "qc users audit --limit 20",
        (exchange, limit, stop) => exchange.GetAuditAsync(null, limit, stop));

    /// <summary>Returns a command that shows an audit log.</summary>
    internal static Command Log(
        CommandLineApp app, Command command, string example,
        Func<OperatorClient, int, CancellationToken, Task<IReadOnlyList<AuditLine>>> read)
    {
        var limit = Grammar.NumberOption("--limit", "Lines at most", 1, 1_000);
        command.Add(limit);
        return app.Add(command, example, async (parse, session, cancellation) =>
        {
            var lines = await read(session.Operator(), parse.GetValue(limit) ?? 100, cancellation);
            session.Screen.Show(
                lines,
                console => Tables.Show(
                    console, "nothing", ["time", "what", "subject", "by", "detail"], lines.Select(line => new[]
                    {
                        line.Time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), line.What,
                        line.Subject, line.By, line.Detail ?? "",
                    })));
        });
    }

    private static Argument<string> Name() => new("name") { Description = "The user's name" };

    private static Option<FileInfo> PasswordFile() => new("--password-file")
    {
        Description = "The file whose first line is the password: a command line is seen by others",
        HelpName = "file",
    };

    private static async Task<string> ReadAsync(FileInfo file, CancellationToken cancellation) =>
        await File.ReadLinesAsync(file.FullName, cancellation).FirstOrDefaultAsync(cancellation) ?? "";

    private static void Show(Session session, ExchangeUser user)
    {
        session.Screen.Show(user, console => console.WriteLine(
            $"{user.Name}: {Tables.Word(user.Role)}, {user.Account ?? "no account"}, "
            + $"{user.State}{(user.Authenticator ? ", with codes" : "")}"));
    }
}

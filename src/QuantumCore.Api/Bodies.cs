namespace QuantumCore.Client;

// Requests as the exchange reads them: numbers as the caller wrote them, so that a rejection can name the value. Absent
// members are null, never a default: the generated reader sets every member, so an initializer would be lost.

/// <summary>Changes of a user's preferences.</summary>
internal sealed record PreferencesBody
{
    public IReadOnlyList<PreferenceBody?>? Preferences { get; init; }
}

/// <summary>A user's preference.</summary>
internal sealed record PreferenceBody
{
    public string? Name { get; init; }

    /// <summary>Value; absent or null to remove it.</summary>
    public string? Value { get; init; }
}

/// <summary>Price alert to set.</summary>
internal sealed record AlertBody
{
    public string? Symbol { get; init; }

    public string? Price { get; init; }

    /// <summary>
    /// True to fire at or above the price, false at or below; if absent, the side away from the last price.
    /// </summary>
    public bool? Above { get; init; }
}

/// <summary>A deposit.</summary>
internal sealed record DepositBody
{
    public string? Key { get; init; }

    public string? Asset { get; init; }

    public string? Amount { get; init; }
}

/// <summary>A transfer to another account.</summary>
internal sealed record TransferBody
{
    public string? Key { get; init; }

    public string? To { get; init; }

    public string? Asset { get; init; }

    public string? Amount { get; init; }
}

/// <summary>A withdrawal to the outside world.</summary>
internal sealed record WithdrawalBody
{
    public string? Key { get; init; }

    public string? Asset { get; init; }

    public string? Amount { get; init; }

    public string? Destination { get; init; }
}

/// <summary>Owner of an account.</summary>
internal sealed record OwnerBody
{
    public string? Owner { get; init; }
}

/// <summary>A signal from outside.</summary>
internal sealed record SignalBody
{
    public string? Key { get; init; }

    public string? Symbol { get; init; }

    public string? Action { get; init; }

    public string? Quantity { get; init; }

    public string? Price { get; init; }

    public string? Time { get; init; }

    public string? Comment { get; init; }

    public string? Passphrase { get; init; }
}

/// <summary>Webhook strategy to make or change.</summary>
internal sealed record SignalStrategyBody
{
    public List<SignalTargetBody?>? Accounts { get; init; }

    public List<string?>? Symbols { get; init; }

    public string? Policy { get; init; }

    public bool Passphrase { get; init; }

    public bool NewSecret { get; init; }

    public bool Closed { get; init; }

    public int? MostInWindow { get; init; }

    public int? WindowSeconds { get; init; }

    public int? MostFailures { get; init; }

    public int? PauseSeconds { get; init; }

    public int? MaxAgeSeconds { get; init; }
}

/// <summary>An account that follows a strategy.</summary>
internal sealed record SignalTargetBody
{
    public string? Account { get; init; }

    public int? Percent { get; init; }
}

/// <summary>Credentials to sign in or up.</summary>
internal sealed record SignInBody
{
    public string? Name { get; init; }

    public string? Password { get; init; }

    public string? Code { get; init; }

    public bool Bearer { get; init; }
}

/// <summary>Demo user to sign in as.</summary>
internal sealed record DemoBody
{
    public string? Name { get; init; }

    public bool Bearer { get; init; }
}

/// <summary>Demo funds to add: of one asset, or of all.</summary>
internal sealed record DemoFundsBody
{
    public string? Asset { get; init; }
}

/// <summary>Change of a password.</summary>
internal sealed record PasswordBody
{
    public string? Password { get; init; }

    public string? Code { get; init; }

    public string? NewPassword { get; init; }
}

/// <summary>Authenticator to add or remove.</summary>
internal sealed record AuthenticatorBody
{
    public string? Password { get; init; }

    public string? Secret { get; init; }

    public string? Code { get; init; }
}

/// <summary>User to add, by an administrator.</summary>
internal sealed record NewUserBody
{
    public string? Name { get; init; }

    public string? Password { get; init; }

    public string? Role { get; init; }

    public string? Account { get; init; }
}

/// <summary>Change of a user, by an administrator.</summary>
internal sealed record UserBody
{
    public string? Role { get; init; }

    public string? State { get; init; }

    public string? Password { get; init; }

    public string? Authenticator { get; init; }
}

"""AWS on this machine: moto's server, corrected, with what runs inside AWS running here."""

document.querySelector("#phone-page")?.append("Beckon");
